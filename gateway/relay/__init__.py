"""Daemon 2: carries claim and return files. Unprivileged, parses files, knows nothing of the network's policy."""

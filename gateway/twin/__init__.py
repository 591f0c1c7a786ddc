"""A site rebuilt in network namespaces: its hosts, its wires, its gateway; and probes that say what really passes."""

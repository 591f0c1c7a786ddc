"""A release: everything a box or a controller installs, in one archive, held to its digests and to a signature.

Runs with Debian's Python alone, straight from the product's wheel, because it makes the environment all else runs in.
"""

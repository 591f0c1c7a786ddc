"""Jinja tests of the role."""

"""Asks the name servers for the host names of `updates`, and hands the answers to the enforcer. It has no rights at all."""

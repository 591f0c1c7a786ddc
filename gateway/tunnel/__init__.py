"""The tunnel: an interface, the routes that lead into it, and what charon (strongSwan) is to have so that it comes up.

vici, charon's door, lives here and in the twin only.
"""

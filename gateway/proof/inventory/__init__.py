"""Everything beside nftables that could forward a packet, or make the theorems' premises false: read, then judged.

One module per kind. `read` acts in the caller's network namespace; what it returns is a plain value, and `judge` is pure.
"""

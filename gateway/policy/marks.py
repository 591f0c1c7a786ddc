"""The two mark bits the firewall sets and the routing guard asks for. One masked bit each, never a whole mark."""

MAY_FORWARD = 0x40000000
"""Set in prerouting, by direction, on what may be forwarded at all; without it routing drops the packet."""

TABLE_ALIVE = 0x20000000
"""Set in prerouting on everything; without it TCP and UDP do not even reach the box itself."""

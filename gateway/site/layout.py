"""The nine layouts: which line, which terminals, and which zones each therefore has (docs/layouts.md)."""

from enum import StrEnum


class Line(StrEnum):
    """How the site reaches the closed network, and who holds the tunnel."""

    IP_VPN = "ip-vpn"
    IPSEC_ROUTER = "ipsec-router"
    IPSEC_CLIENT = "ipsec-client"


class Role(StrEnum):
    """Router A stands between lan and the terminals, router B between the terminals and the line."""

    A = "a"
    B = "b"


class Zone(StrEnum):
    """A segment behind one interface; `gateway` is the box itself."""

    LAN = "lan"
    CLAIM = "claim"
    QUALIFICATION = "qualification"
    WAN = "wan"
    TUNNEL = "tunnel"
    GATEWAY = "gateway"


TERMINAL_ZONES = (Zone.CLAIM, Zone.QUALIFICATION)


class Layout(StrEnum):
    """The network shapes of the notices (000, figures of the connection examples)."""

    IP_VPN_CLAIM = "ip-vpn/claim"
    IP_VPN_BOTH = "ip-vpn/claim+qualification"
    IP_VPN_COMBINED = "ip-vpn/combined"
    IPSEC_ROUTER_CLAIM = "ipsec-router/claim"
    IPSEC_ROUTER_BOTH = "ipsec-router/claim+qualification"
    IPSEC_ROUTER_COMBINED = "ipsec-router/combined"
    IPSEC_CLIENT_CLAIM = "ipsec-client/claim"
    IPSEC_CLIENT_BOTH = "ipsec-client/claim+qualification"
    IPSEC_CLIENT_COMBINED = "ipsec-client/combined"

    @property
    def line(self) -> Line:
        """The line this layout uses."""
        return Line(self.value.partition("/")[0])

    @property
    def has_qualification_zone(self) -> bool:
        """Whether the qualification terminal has a segment of its own."""
        return self.value.endswith("claim+qualification")

    @property
    def combined(self) -> bool:
        """Whether one terminal serves both systems."""
        return self.value.endswith("/combined")

    def zones(self, roles: tuple[Role, ...]) -> frozenset[Zone]:
        """The zones a site of this layout must declare for `roles`: lan only with role a, wan only with role b."""
        zones = {Zone.CLAIM}
        if self.has_qualification_zone:
            zones.add(Zone.QUALIFICATION)
        if Role.A in roles:
            zones.add(Zone.LAN)
        if Role.B in roles:
            zones.add(Zone.WAN)
        return frozenset(zones)

"""Site → one server of addresses and routers for each segment: DHCP for IPv4, router advertisements for IPv6. Pure.

Each terminal gets its declared address and there is no other to get: one whose card is declared (`mac`) by that, the
others out of those that are left.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface

from gateway.policy.places import part
from gateway.programs import dnsmasq
from gateway.programs.model import Service, lines, service_file
from gateway.site.layout import TERMINAL_ZONES, Role, Zone
from gateway.site.model import Site, Terminal
from gateway.site.zones import Segment, TerminalZone

LEASE = "12h"
"""A terminal that is switched on every morning keeps its address."""
_ADVERTISED_EVERY_S, _ROUTER_LIFETIME_S = 60, 1800
"""Three advertisements may be lost before a terminal forgets its router (RFC 4861 §6.2.1 has 1,800 s as its default)."""


def lease_services(site: Site) -> Iterator[Service]:
    """One for each segment with `dhcp` or `ra` among what it is served."""
    for zone in TERMINAL_ZONES:
        found = part(site, zone)
        if isinstance(found, TerminalZone) and {Segment.DHCP, Segment.RA} & {*found.serve}:
            text = _configuration(zone, found, routes=Role.B in site.roles)
            yield Service(service_file("leases", zone, text), dnsmasq.CHECK)


def _configuration(zone: Zone, segment: TerminalZone, *, routes: bool) -> str:
    return lines(
        (*dnsmasq.bound_to(str(segment.port)), "port=0", "no-resolv"),
        tuple(_leases(zone, segment, routes=routes)) if Segment.DHCP in segment.serve else (),
        tuple(_advertisements(segment, routes=routes)) if Segment.RA in segment.serve else (),
    )


def _leases(zone: Zone, segment: TerminalZone, *, routes: bool) -> Iterator[str]:
    own = next(one for one in segment.addresses if isinstance(one, IPv4Interface))
    mask = own.network.netmask
    known = [one for one in segment.terminals if one.mac and isinstance(one.address, IPv4Address)]
    # `static`: the cards below, and nobody else.
    yield f"dhcp-range={own.network.network_address},static,{mask},{LEASE}"
    for terminal in known:
        yield f"dhcp-host={terminal.mac},{terminal.address},{LEASE}"
    for first, last in _ranges(segment.terminals):
        yield f"dhcp-range={first},{last},{mask},{LEASE}"
    yield f"dhcp-option=option:router{f',{own.ip}' if routes else ''}"
    yield f"dhcp-option=option:dns-server{f',{own.ip}' if Segment.DNS in segment.serve else ''}"
    if Segment.NTP in segment.serve:
        yield f"dhcp-option=option:ntp-server,{own.ip}"
    # To everybody's address: who has none yet cannot be sent to without CAP_NET_ADMIN.
    yield "dhcp-broadcast"
    yield "dhcp-authoritative"
    yield "no-ping"
    yield "quiet-dhcp"
    yield f"dhcp-leasefile=/var/lib/claim-gateway-leases-{zone}/leases"


def _ranges(terminals: tuple[Terminal, ...]) -> Iterator[tuple[IPv4Address, IPv4Address]]:
    """The addresses of the terminals without a declared card, neighbours joined."""
    free = sorted(one.address for one in terminals if one.mac is None and isinstance(one.address, IPv4Address))
    while free:
        count = next(n for n in range(1, len(free) + 1) if n == len(free) or free[n] != free[0] + n)
        yield free[0], free[count - 1]
        free = free[count:]


def _advertisements(segment: TerminalZone, *, routes: bool) -> Iterator[str]:
    """Where the prefix is declared, so are the terminals' addresses, and none makes one up; where it is the line's, they do."""
    yield "enable-ra"
    yield f"ra-param={segment.port},{_ADVERTISED_EVERY_S},{_ROUTER_LIFETIME_S if routes else 0}"
    own = [one for one in segment.addresses if isinstance(one, IPv6Interface)]
    for one in own:
        yield f"dhcp-range={one.network.network_address},static,{one.network.prefixlen}"
    if segment.ipv6 is not None:
        yield f"dhcp-range=::,constructor:{segment.port},ra-only,64"
    answers = Segment.DNS in segment.serve and own
    yield f"dhcp-option=option6:dns-server{f',[{own[0].ip}]' if answers else ''}"
    yield "quiet-ra"
    yield "quiet-dhcp6"

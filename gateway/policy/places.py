"""Where things are in a site: the prefixes of a zone, the box's own addresses, the hosts with a use, the way out."""

from enum import StrEnum

from gateway.policy.networks import EVERYWHERE, GLOBAL_V6, hosts, merged
from gateway.site.layout import TERMINAL_ZONES, Line, Zone
from gateway.site.model import Provider, Site
from gateway.site.values import IpAddress, IpNetwork
from gateway.site.zones import LanZone, TerminalZone, Use, WanZone

TUNNEL_PORT = "ipsec0"
"""The tunnel is an interface: kernel-libipsec's TUN device has this name, and the XFRM interface is given it."""


TUNNEL_IF_ID = 0x63670001
"""What ties charon's policies and states to the XFRM interface: any number but 0, which ties them to every port; ours
spells `cg`, so that a person knows whose they are."""


DIALLED_PORT = "ppp-wan"
"""Dial-up makes an interface: pppd gives it this name, and it is there while the line is up."""


DELEGATED_HOST = 1
"""The host part of the box's address where the line delegates the prefix: routers are ::1 there as elsewhere."""


class Carrier(StrEnum):
    """What the tunnel's interface is made of."""

    XFRM = "xfrm"
    """The kernel's own IPsec behind an XFRM interface: the kernel knows which packets came through it."""
    TUN = "tun"
    """A device whose far side is a program (kernel-libipsec): what comes by it has to be believed to have been encrypted."""
    WIRE = "wire"
    """A twin's stand-in, with a host of the far side at its other end and no IPsec at all; never on a box."""


def part(site: Site, zone: Zone) -> LanZone | TerminalZone | WanZone | None:
    """The declaration of a zone; None for the tunnel, the box itself, and what is not declared."""
    match zone:
        case Zone.LAN:
            return site.zones.lan
        case Zone.CLAIM:
            return site.zones.claim
        case Zone.QUALIFICATION:
            return site.zones.qualification
        case Zone.WAN:
            return site.zones.wan
        case _:
            return None


def dials(site: Site) -> bool:
    """Whether this box holds the line's PPPoE session (RFC 2516): its port then carries no IP, and the line is another one."""
    return site.zones.wan is not None and site.zones.wan.uplink.pppoe is not None


def zones(site: Site) -> tuple[Zone, ...]:
    """The zones this box knows, itself included; the tunnel only where this box holds it."""
    return tuple(
        zone
        for zone in Zone
        if zone is Zone.GATEWAY or part(site, zone) is not None or (zone is Zone.TUNNEL and holds_tunnel(site))
    )


def holds_tunnel(site: Site) -> bool:
    """Whether the tunnel ends at this box."""
    return site.layout.line is Line.IPSEC_ROUTER and site.tunnel is not None and site.tunnel.held_by == "gateway"


def providers(site: Site) -> tuple[Provider, ...]:
    """The far ends of the tunnel this box holds, the preferred one first."""
    tunnel = site.tunnel if holds_tunnel(site) else None
    return tunnel.providers if tunnel else ()


def protected(site: Site) -> tuple[IpNetwork, ...]:
    """What this box reaches through its tunnel or not at all (C17)."""
    return merged(network for provider in providers(site) for network in provider.remote_networks)


def inside(site: Site, zone: Zone) -> tuple[IpNetwork, ...]:
    """The prefixes of one inside zone; empty for the line's side and for the box."""
    found = part(site, zone)
    return () if found is None or isinstance(found, WanZone) else merged(one.network for one in found.addresses)


def all_inside(site: Site) -> tuple[IpNetwork, ...]:
    """The prefixes of every inside zone."""
    return merged(network for zone in Zone for network in inside(site, zone))


def own(site: Site, zone: Zone) -> tuple[IpNetwork, ...]:
    """The box's own addresses in `zone`, as host networks; everything of a family where the line assigns them."""
    found = part(site, zone)
    if found is None:
        return ()
    assigned = found.uplink.assigned if isinstance(found, WanZone) else ()
    return merged((*hosts(one.ip for one in found.addresses), *(n for n in EVERYWHERE if n.version in assigned)))


def receipt_pcs(site: Site) -> tuple[IpNetwork, ...]:
    """The receipt PCs."""
    return merged(network for pc in site.zones.lan.receipt_pcs for network in pc.networks) if site.zones.lan else ()


def terminals(site: Site, zone: Zone, use: Use) -> tuple[IpNetwork, ...]:
    """The terminals of one zone that have one use."""
    found = part(site, zone)
    if zone not in TERMINAL_ZONES or not isinstance(found, TerminalZone):
        return ()
    return hosts(address for one in found.terminals if use in one.uses for address in one.addresses)


def initiators(site: Site, zone: Zone, use: Use) -> tuple[IpNetwork, ...]:
    """Who starts the sessions of those terminals.

    Where the line delegates the segment's prefix nobody knows their IPv6 addresses: there it is whoever lives in the
    segment, which the kernel's routes tell of each packet (`fib`), whatever the prefix is at the moment.
    """
    known = terminals(site, zone, use)
    return (*known, GLOBAL_V6) if known and zone in delegated(site) else known


def delegated(site: Site) -> tuple[Zone, ...]:
    """The segments whose IPv6 prefix the line delegates."""
    declared = ((zone, part(site, zone)) for zone in TERMINAL_ZONES)
    return tuple(zone for zone, found in declared if isinstance(found, TerminalZone) and found.ipv6 is not None)


def zone_of(site: Site, address: IpAddress) -> Zone:
    """The zone an address belongs to; what is nowhere inside is beyond the line."""
    return next((zone for zone in Zone if any(address in network for network in inside(site, zone))), Zone.WAN)


def way_out(site: Site) -> Zone | None:
    """The zone through which terminals reach their systems; None when that way is not this box's."""
    if holds_tunnel(site):
        return Zone.TUNNEL
    return Zone.WAN if site.zones.wan and site.layout.line is not Line.IPSEC_ROUTER else None

"""Site → Policy: which sessions the notices allow this site to start (docs/layouts.md). Pure."""

from collections.abc import Iterator

from gateway.policy.model import Policy, Translation
from gateway.policy.networks import of_family
from gateway.policy.openings import openings
from gateway.policy.places import all_inside, delegated, holds_tunnel, inside, protected, providers, zones
from gateway.policy.sessions import sessions
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Site
from gateway.site.zones import Segment


def derive(site: Site) -> Policy:
    """The matrix of one site: the layout's own sessions, and what the site file opens beside them."""
    uplink = site.zones.wan.uplink if site.zones.wan else None
    return Policy(
        zones=zones(site),
        networks=tuple((zone, networks) for zone in Zone if (networks := inside(site, zone))),
        flows=tuple(flow for flow in (*sessions(site), *openings(site)) if flow.families),
        translations=tuple(_translations(site)),
        served=tuple(_served(site)),
        hears_routers=uplink is not None and (uplink.ra is not None or uplink.pd is not None),
        asks_dhcp=uplink is not None and any(one is not None for one in (uplink.dhcp, uplink.ra, uplink.pd)),
        delegated=delegated(site),
        protected=protected(site),
        narrow=tuple(_narrow(site)),
        dial_up=((Zone.CLAIM, Zone.WAN), (Zone.WAN, Zone.CLAIM)) if site.pppoe_passthrough else (),
    )


def _translations(site: Site) -> Iterator[Translation]:
    """Source translation, IPv4 only. Towards lan there is none: replies go back the way they came."""
    lan, wan = site.zones.lan, site.zones.wan
    if lan and lan.translate_to_terminals:
        for zone in TERMINAL_ZONES:
            if inside(site, zone):
                yield Translation(zone, of_family(inside(site, Zone.LAN), 4), ("C1",))
    if wan and wan.translate.ipv4 == "masquerade":
        everyone = (
            all_inside(site) if site.lan_internet else (*inside(site, Zone.CLAIM), *inside(site, Zone.QUALIFICATION))
        )
        yield Translation(Zone.WAN, of_family(everyone, 4), ("C6",))
    if holds_tunnel(site) and (_has_inner_ipv4(site) or (wan and wan.translate.ipv4 == "masquerade")):
        terminals = (*inside(site, Zone.CLAIM), *inside(site, Zone.QUALIFICATION))
        yield Translation(Zone.TUNNEL, of_family(terminals, 4), ("C6", "C17"))


def _has_inner_ipv4(site: Site) -> bool:
    """Whether a provider gave the site an address inside the tunnel: there it is known by that one only."""
    return any(
        one.virtual_address or any(address.version == 4 for address in one.inner_addresses) for one in providers(site)
    )


def _narrow(site: Site) -> Iterator[Zone]:
    """Where headers of our own take from each packet: ESP's in the tunnel, PPPoE's on the line (RFC 4303, RFC 2516)."""
    if site.zones.wan and site.zones.wan.uplink.pppoe:
        yield Zone.WAN
    if holds_tunnel(site):
        yield Zone.TUNNEL


def _served(site: Site) -> Iterator[tuple[Zone, Segment]]:
    for zone, part in ((Zone.CLAIM, site.zones.claim), (Zone.QUALIFICATION, site.zones.qualification)):
        for service in part.serve if part else ():
            if service in (Segment.DHCP, Segment.RA):
                yield zone, service

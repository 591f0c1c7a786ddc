"""The segments' prefixes: lan, claim, qualification, the uplink and the systems behind it must be different networks."""

from collections.abc import Iterator
from itertools import combinations

from gateway.site.layout import Line, Zone
from gateway.site.model import Segment, Site, TerminalZone
from gateway.site.rules.finding import LAYOUT_AND_ROLES, Finding, Rule, inside, repeated
from gateway.site.tree import Path
from gateway.site.values import IpInterface, IpNetwork

Prefix = tuple[str, IpNetwork, Path]


def _segments(site: Site) -> list[Prefix]:
    found: list[Prefix] = []
    for zone, declared, path in inside(site):
        found += _prefixes(zone, declared.addresses, (*path, "addresses"))
    return found


def _uplink(site: Site) -> list[Prefix]:
    if site.zones.wan is None:
        return []
    return _prefixes(Zone.WAN, site.zones.wan.addresses, ("zones", "wan", "uplink", "static", "addresses"))


def _prefixes(zone: Zone, addresses: tuple[IpInterface, ...], path: Path) -> list[Prefix]:
    return [(zone.value, address.network, (*path, index)) for index, address in enumerate(addresses)]


def _beyond(site: Site) -> Iterator[Prefix]:
    """Everything declared to lie behind the line."""
    for name in ("claim_system", "qualification_system"):
        system = getattr(site, name)
        if system is not None:
            for index, network in enumerate(system.networks):
                yield name, network, (name, "networks", index)
    for number, update in enumerate(site.updates):
        for index, network in enumerate(update.networks):
            yield f"updates {update.name}", network, ("updates", number, "networks", index)
    for number, provider in enumerate(site.tunnel.providers if site.tunnel else ()):
        for index, network in enumerate(provider.remote_networks):
            yield f"provider {provider.name}", network, ("tunnel", "providers", number, "remote_networks", index)


def segments_are_apart(site: Site) -> Iterator[Finding]:
    """Two zones that share addresses cannot be told apart by a packet (C12)."""
    own = [*_segments(site), *_uplink(site)]
    for (name, network, _), (other, later, path) in combinations(own, 2):
        if name != other and network.overlaps(later):
            yield Finding(path, f"{other} {later} overlaps {name} {network}. give each zone its own network")


def destinations_are_outside(site: Site) -> Iterator[Finding]:
    """What lies behind the line cannot also lie inside the institution."""
    for name, network, path in _beyond(site):
        for zone, segment, _ in _segments(site):
            if network.overlaps(segment):
                yield Finding(
                    path, f"{name} {network} overlaps {zone} {segment}. a system lies outside the institution"
                )


def addresses_once(site: Site) -> Iterator[Finding]:
    """An address of the box stands once in its zone."""
    for _, declared, path in inside(site):
        yield from repeated((str(address.ip) for address in declared.addresses), (*path, "addresses"), "address")


def services_fit_the_family(site: Site) -> Iterator[Finding]:
    """DHCP hands out IPv4, router advertisements IPv6: the zone must have a prefix to hand out."""
    needs = {Segment.DHCP: 4, Segment.RA: 6}
    for zone, declared, path in inside(site):
        if not isinstance(declared, TerminalZone):
            continue
        families = {address.version for address in declared.addresses} | ({6} if declared.ipv6 else set())
        for index, service in enumerate(declared.serve):
            family = needs.get(service)
            if family is not None and family not in families:
                text = f"{zone} has no IPv{family} address for {service}. add one to addresses:, or take {service} out"
                yield Finding((*path, "serve", index), text, ((*path, "addresses"),))
        yield from repeated(declared.serve, (*path, "serve"), "service")


def delegated_prefixes(site: Site) -> Iterator[Finding]:
    """A segment's part of the delegated prefix: where there is one, large enough, and no other IPv6 beside it."""
    uplink = site.zones.wan.uplink if site.zones.wan else None
    taken = 0
    for zone, declared, path in inside(site):
        if not isinstance(declared, TerminalZone) or declared.ipv6 is None:
            continue
        here, taken = (*path, "ipv6"), taken + 1
        if uplink is None or uplink.pd is None:
            text = (
                f"{zone} has ipv6: delegated, and the line delegates no prefix. write uplink: {{pd: …}}, or take it out"
            )
            yield Finding(here, text, (("zones", "wan"),))
        elif taken > 1 << (64 - uplink.pd.prefix_length):
            text = f"{zone} has ipv6: delegated, and a /{uplink.pd.prefix_length} has no /64 left for it. take it out"
            yield Finding(here, text, (("zones", "wan"),))
        for index, address in enumerate(declared.addresses):
            if address.version == 6:
                text = f"{zone} {address} stands beside ipv6: delegated. keep one of them"
                yield Finding((*path, "addresses", index), text)


def forwarders_have_servers(site: Site) -> Iterator[Finding]:
    """Who answers for names or time asks somebody: a declared server, or one the line tells of.

    Beside a tunnel whoever is on the line may be anybody, and what the terminals ask for goes by the tunnel (C17).
    """
    uplink = site.zones.wan.uplink if site.zones.wan else None
    told = uplink is not None and bool(uplink.dhcp or uplink.ra or uplink.pd)
    told = told and site.layout.line is not Line.IPSEC_ROUTER
    management = site.management
    declared_servers = {
        Segment.DNS: management.dns if management else (),
        Segment.NTP: management.ntp if management else (),
    }
    for zone, declared, path in inside(site):
        for index, service in enumerate(declared.serve if isinstance(declared, TerminalZone) else ()):
            if service in declared_servers and not declared_servers[service] and not (told and service is Segment.DNS):
                text = f"{zone} serves {service}, and the box knows no {service} server to ask. add management: {{{service}: […]}}"
                yield Finding((*path, "serve", index), text, (("management",), ("zones", "wan"), *LAYOUT_AND_ROLES))


RULES: tuple[Rule, ...] = (
    segments_are_apart,
    destinations_are_outside,
    addresses_once,
    services_fit_the_family,
    delegated_prefixes,
    forwarders_have_servers,
)

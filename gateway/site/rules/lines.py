"""The uplink: its next hops, and whether it speaks the family of what lies behind it."""

from collections.abc import Iterator

from gateway.site.layout import Line
from gateway.site.model import Site, StaticUplink
from gateway.site.rules.finding import LAYOUT_AND_ROLES, Finding, Rule
from gateway.site.rules.networks import listed
from gateway.site.tree import Path

_STATIC: Path = ("zones", "wan", "uplink", "static")


def _static(site: Site) -> StaticUplink | None:
    return site.zones.wan.uplink.static if site.zones.wan else None


def _assigned(site: Site) -> set[int]:
    return set(site.zones.wan.uplink.assigned) if site.zones.wan else set()


def next_hops_are_neighbours(site: Site) -> Iterator[Finding]:
    """The provider's router stands in the uplink's own network and is not this box; one for each family."""
    static = _static(site)
    if static is None:
        return
    path = (*_STATIC, "next_hop")
    seen: set[int] = set()
    for index, hop in enumerate(static.next_hop):
        networks = [address.network for address in static.addresses if address.version == hop.version]
        if any(hop == address.ip for address in static.addresses):
            text = f"next_hop {hop} is the gateway's own address. write the provider's router"
            yield Finding((*path, index), text)
        elif not any(hop in network for network in networks):
            where = f"outside {listed(networks)}" if networks else f"IPv{hop.version}, which wan has not"
            text = f"next_hop {hop} is {where}. write the provider's router in wan's own network"
            yield Finding((*path, index), text, ((*_STATIC, "addresses"),))
        if hop.version in seen:
            yield Finding(
                (*path, index), f"next_hop {hop} is a second one for IPv{hop.version}. keep one for each family"
            )
        seen.add(hop.version)


def systems_are_reachable(site: Site) -> Iterator[Finding]:
    """On an IP-VPN line each system is reached by the uplink itself: it needs an address and a next hop of that family."""
    static = _static(site)
    if static is None or site.layout.line is not Line.IP_VPN:
        return
    addresses = {address.version for address in static.addresses} | _assigned(site)
    hops = {hop.version for hop in static.next_hop} | _assigned(site)
    for name in ("claim_system", "qualification_system"):
        system = getattr(site, name)
        for index, network in enumerate(system.networks if system else ()):
            family = network.version
            lacking = "address" if family not in addresses else "next_hop" if family not in hops else None
            if lacking:
                text = f"{name} {network} is IPv{family}, and wan has no IPv{family} {lacking}. add one, or take it out"
                yield Finding((name, "networks", index), text, (*LAYOUT_AND_ROLES, _STATIC))


RULES: tuple[Rule, ...] = (next_hops_are_neighbours, systems_are_reachable)

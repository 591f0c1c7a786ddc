"""The wiring as one part of the box: what it should be (pure), what it is, and making it so. pyroute2 lives here."""

import errno
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from gateway.policy.model import FAMILIES
from gateway.policy.networks import EVERYWHERE
from gateway.policy.places import (
    DELEGATED_HOST,
    DIALLED_PORT,
    TUNNEL_PORT,
    all_inside,
    dials,
    holds_tunnel,
    part,
    protected,
)
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.wiring import line, links, message
from gateway.wiring.guard import BARRIER, MAIN, guard_rules, main_rules
from gateway.wiring.model import (
    DEFAULT_TABLE,
    MAIN_TABLE,
    Address,
    Assigned,
    Change,
    DefaultRoute,
    Dialled,
    Route,
    Rule,
    Sysctl,
    Up,
    Vlan,
    Wiring,
)
from gateway.wiring.sysctls import sysctls

SYSCTL_ROOT = Path("/proc/sys")
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
_DIALLED_FAMILY = 4
_GOTO, _BLACKHOLE = "goto", "blackhole"
_SCOPE_LINK, _SCOPE_ANY = 253, 255  # RT_SCOPE_LINK, RT_SCOPE_NOWHERE, linux/rtnetlink.h
_KERNELS_OWN = tuple(
    Rule(family, priority, table=table)
    for family in FAMILIES
    for priority, table in ((MAIN, MAIN_TABLE), (MAIN + 1, DEFAULT_TABLE))
)
"""Rules that stand behind the guard from the start."""


class WiringError(Exception):
    """The kernel refused a change, or a declared port is not there. One line, with what to do."""


def ports(site: Site) -> Mapping[Zone, str]:
    """The interface behind each zone of the site. Pure."""
    segments = {zone: str(found.port) for zone in Zone if (found := part(site, zone)) is not None}
    segments |= {Zone.WAN: DIALLED_PORT} if dials(site) else {}
    return segments | ({Zone.TUNNEL: TUNNEL_PORT} if holds_tunnel(site) else {})


def desired(site: Site) -> Wiring:
    """The wiring this site needs; of the tunnel's interface the settings alone, the rest is its own part's. Pure."""
    segments = [(zone, str(found.port), found.addresses) for zone in Zone if (found := part(site, zone)) is not None]
    beneath = (str(site.zones.wan.port),) if site.zones.wan and dials(site) else ()
    declared = [found.port for zone in Zone if (found := part(site, zone)) is not None]
    vlans = tuple(Vlan(str(port), port.card, port.vlan) for port in declared if port.vlan is not None)
    trunks = tuple(dict.fromkeys(one.trunk for one in vlans if one.trunk not in {str(port) for port in declared}))
    wan = site.zones.wan
    hops = wan.uplink.static.next_hop if wan and wan.uplink.static else ()
    return Wiring(
        vlans=vlans,
        rules=(*guard_rules(), *main_rules()),
        up=(*map(Up, trunks), *(Up(name) for _, name, _ in segments)),
        addresses=tuple(Address(name, address) for _, name, addresses in segments for address in addresses),
        routes=(*(DefaultRoute(str(wan.port), hop) for hop in hops if wan),),
        sysctls=sysctls(
            (*trunks, *(name for zone, name, _ in segments if zone is not Zone.WAN), *beneath),
            (
                *(name for zone, name, _ in segments if zone is Zone.WAN and name not in beneath),
                *((TUNNEL_PORT,) if holds_tunnel(site) else ()),
            ),
            without_ip=beneath,
        ),
        assigned=tuple(_assigned(site)),
        spoken_for=(*all_inside(site), *protected(site)),
        dialled=(_dialled(),) if beneath else (),
    )


def _dialled() -> Dialled:
    """The other end is whoever the provider says, so its route names the interface alone. IPv4 only, as the site file has it."""
    return Dialled(
        DIALLED_PORT,
        tuple(Route(DIALLED_PORT, network) for network in EVERYWHERE if network.version == _DIALLED_FAMILY),
        tuple(one for one in sysctls((), (DIALLED_PORT,)) if DIALLED_PORT in Path(one.path).parts),
    )


def _assigned(site: Site) -> Iterator[Assigned]:
    wan = site.zones.wan
    # A dialled port's addresses are nobody's here: they live and die with it.
    if wan is not None and not dials(site):
        yield from (Assigned(str(wan.port), family) for family in wan.uplink.assigned)
    for segment in (site.zones.claim, site.zones.qualification):
        if segment is not None and segment.ipv6 is not None:
            yield Assigned(str(segment.port), 6, DELEGATED_HOST)


def observe(wanted: Wiring) -> Wiring:
    """What the kernel has, as far as it concerns `wanted`: its ports, the routes somebody made there, all routing rules.

    The kernel's own rules and the barrier are left out unless wanted. Raises WiringError if a declared port is not there.
    """
    names = {up.port for up in wanted.up}
    with IPRoute() as ip:
        there = links.read(ip)
        missing = sorted(links.missing(there, names, wanted.vlans))
        if missing:
            known = ", ".join(sorted(there.keys() - {"lo"})) or "none"
            raise WiringError(f"no such port: {', '.join(missing)}. this box has: {known}")
        by_number = {link.index: name for name, link in there.items()}
        lines = line.read(ip, by_number) if wanted.assigned else ()
        return Wiring(
            vlans=links.vlans(there.values(), wanted.vlans),
            rules=observe_rules(wanted.rules) if wanted.rules else (),
            up=tuple(up for up in wanted.up if up.port in there and there[up.port].is_up),
            addresses=tuple(
                found.address
                for found in _addresses(ip, by_number)
                if found.address.port in names and not line.gave(wanted, lines, found)
            ),
            routes=tuple(
                found.route
                for found in _routes(ip, by_number)
                if _concerns(found.route, names)
                and not line.led(wanted, found)
                and found.route.port not in {one.port for one in wanted.dialled}
            ),
            sysctls=tuple(Sysctl(one.path, value) for one in wanted.sysctls if (value := _read(one.path)) is not None),
        )


def observe_rules(wanted: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """All routing rules but the kernel's own and the barrier, unless `wanted`."""
    with IPRoute() as ip:
        return tuple(
            rule for rule in all_rules(ip) if rule in wanted or (rule not in _KERNELS_OWN and rule.priority != BARRIER)
        )


def present(wanted: Wiring) -> tuple[Wiring, tuple[str, ...]]:
    """`wanted` as far as its ports are there, dialled ones among them, and the names of those that are not."""
    with IPRoute() as ip:
        there = links.read(ip)
    missing = links.missing(there, (up.port for up in wanted.up), wanted.vlans)
    # Before it has its address, and while it is hung up, it is there and takes no route.
    up = tuple(one for one in wanted.dialled if one.port in there and there[one.port].is_up)
    return (
        replace(
            wanted,
            vlans=tuple(vlan for vlan in wanted.vlans if vlan.name not in missing),
            up=tuple(up for up in wanted.up if up.port not in missing),
            addresses=tuple(address for address in wanted.addresses if address.port not in missing),
            routes=(
                *(route for route in wanted.routes if route.port not in missing),
                *(route for one in up for route in one.routes),
            ),
            sysctls=(
                *(one for one in wanted.sysctls if not set(Path(one.path).parts) & set(missing)),
                *(setting for one in up for setting in one.sysctls),
            ),
            dialled=tuple(one for one in wanted.dialled if one not in up),
        ),
        (*missing, *(one.port for one in wanted.dialled if one not in up)),
    )


def apply(changes: Iterable[Change]) -> None:
    """Make the changes, in order. Raises WiringError at the first the kernel refuses; what was done stays done."""
    with IPRoute() as ip:
        for change in changes:
            try:
                _perform(ip, change)
            except NetlinkError as error:
                # Somebody, often the kernel itself, was faster: an address took its route along, say.
                if error.code not in (
                    (errno.EEXIST,) if change.add else (errno.ENOENT, errno.ESRCH, errno.EADDRNOTAVAIL)
                ):
                    raise WiringError(f"{change}: {error.args[1]}") from error
            except OSError as error:
                raise WiringError(f"{change}: {error.strerror}") from error


def _perform(ip: IPRoute, change: Change) -> None:
    verb = "add" if change.add else "del"
    if not change.add and isinstance(change.item, Vlan | Up | Address) and not ip.link_lookup(ifname=_on(change.item)):
        return  # the link took along what stood on it
    match change.item:
        case Vlan() as vlan:
            links.perform(ip, verb, vlan)
        case Rule() as rule:
            ip.rule(verb, **_rule_words(rule))
        case Up(port):
            ip.link("set", index=_index(ip, port), state="up" if change.add else "down")
        case Address(port, address):
            ip.addr(verb, index=_index(ip, port), address=str(address.ip), prefixlen=address.network.prefixlen)
        case DefaultRoute(port, via):
            ip.route(
                verb,
                family=_FAMILY[via.version],
                dst="default",
                gateway=str(via),
                oif=_index(ip, port),
                table=MAIN_TABLE,
            )
        case Route(port, network, via, metric):
            words: dict[str, Any] = {"family": _FAMILY[network.version], "dst": str(network), "table": MAIN_TABLE}
            words |= {"oif": _index(ip, port)} if port else {}
            words |= {"gateway": str(via)} if via else {}
            words |= {"priority": metric} if metric else {}
            # Without a router the destination is on the link; to take a route away any scope will do.
            words |= {"scope": _SCOPE_ANY if not change.add else _SCOPE_LINK if via is None else 0}
            ip.route(verb, **words)
        case Sysctl(path, value):
            (SYSCTL_ROOT / path).write_text(value)


def _on(item: Vlan | Up | Address) -> str:
    return item.name if isinstance(item, Vlan) else item.port


def _index(ip: IPRoute, port: str) -> int:
    found: list[int] = ip.link_lookup(ifname=port)
    if not found:
        raise WiringError(f"port {port} went away. check the cable and the site file's port names")
    return found[0]


def _rule_words(rule: Rule) -> dict[str, Any]:
    words: dict[str, Any] = {"family": _FAMILY[rule.family], "priority": rule.priority}
    if rule.asks_more:
        # Only to take it away, and the kernel takes the first that meets what is named.
        return words | ({"table": rule.table} if rule.table else {})
    if rule.iif:
        words["iifname"] = rule.iif
    if rule.protocol:
        words["ip_proto"] = rule.protocol
    if rule.unmarked:
        words |= {"fwmark": 0, "fwmask": rule.unmarked}
    if rule.table:
        return words | {"table": rule.table}
    if rule.goto:
        return words | {"action": _GOTO, "goto": rule.goto}
    return words | {"action": _BLACKHOLE}


def all_rules(ip: IPRoute) -> Iterator[Rule]:
    """Every routing rule of both families."""
    for family in FAMILIES:
        yield from (message.rule(family, one) for one in ip.get_rules(family=_FAMILY[family]))


def _addresses(ip: IPRoute, names: Mapping[int, str]) -> Iterator[message.FoundAddress]:
    for family in FAMILIES:
        for one in ip.get_addr(family=_FAMILY[family]):
            if (found := message.address(one, names)) is not None:
                yield found


def _routes(ip: IPRoute, names: Mapping[int, str]) -> Iterator[message.FoundRoute]:
    for family in FAMILIES:
        for one in ip.get_routes(family=_FAMILY[family], table=MAIN_TABLE):
            if (found := message.route(family, one, names)) is not None:
                yield found


def _concerns(route: DefaultRoute | Route, ports: set[str]) -> bool:
    """A default route always does: it would take what is declared elsewhere. The tunnel's routes are its own part's."""
    match route:
        case DefaultRoute():
            return True
        case Route(port, network):
            return port in ports or not port or network.prefixlen == 0


def _read(path: str) -> str | None:
    try:
        return (SYSCTL_ROOT / path).read_text().strip()
    except FileNotFoundError:
        return None

"""The wiring as one part of the box: what it should be (pure), what it is, and making it so. pyroute2 lives here."""

import errno
import socket
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_interface
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from gateway.policy.model import FAMILIES
from gateway.policy.places import TUNNEL_PORT, holds_tunnel, part
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.wiring.guard import KERNEL_LOCAL_RULE, guard_rules
from gateway.wiring.model import LOCAL_TABLE, MAIN_TABLE, Address, Change, DefaultRoute, Rule, Sysctl, Up, Wiring
from gateway.wiring.sysctls import sysctls

SYSCTL_ROOT = Path("/proc/sys")
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
_GOTO, _BLACKHOLE = "goto", "blackhole"
_ACTION_TO_TABLE = 1  # FR_ACT_TO_TBL, linux/fib_rules.h
_LINK_UP = 1  # IFF_UP
_SCOPE_LINK = 253  # RT_SCOPE_LINK: the kernel's own link-local addresses


class WiringError(Exception):
    """The kernel refused a change, or a declared port is not there. One line, with what to do."""


def ports(site: Site) -> Mapping[Zone, str]:
    """The interface behind each zone of the site. Pure."""
    segments = {zone: str(found.port) for zone in Zone if (found := part(site, zone)) is not None}
    return segments | ({Zone.TUNNEL: TUNNEL_PORT} if holds_tunnel(site) else {})


def desired(site: Site) -> Wiring:
    """The wiring this site needs, the tunnel's interface aside: charon makes that. Pure."""
    segments = [(zone, str(found.port), found.addresses) for zone in Zone if (found := part(site, zone)) is not None]
    wan = site.zones.wan
    hops = wan.uplink.static.next_hop if wan and wan.uplink.static else ()
    return Wiring(
        rules=guard_rules(),
        up=tuple(Up(name) for _, name, _ in segments),
        addresses=tuple(Address(name, address) for _, name, addresses in segments for address in addresses),
        routes=tuple(DefaultRoute(str(wan.port), hop) for hop in hops) if wan else (),
        sysctls=sysctls(
            tuple(name for zone, name, _ in segments if zone is not Zone.WAN),
            tuple(name for zone, name, _ in segments if zone is Zone.WAN),
        ),
    )


def observe(wanted: Wiring) -> Wiring:
    """What the kernel has, as far as it concerns `wanted`: its ports, all default routes, the guard's rules.

    Raises WiringError if a declared port is not there.
    """
    names = {up.port for up in wanted.up}
    with IPRoute() as ip:
        index = {dict(link["attrs"])["IFLA_IFNAME"]: link for link in ip.get_links()}
        missing = sorted(names - index.keys())
        if missing:
            there = ", ".join(sorted(index.keys() - {"lo"})) or "none"
            raise WiringError(f"no such port: {', '.join(missing)}. this box has: {there}")
        by_number = {link["index"]: name for name, link in index.items()}
        return Wiring(
            rules=tuple(rule for rule in _rules(ip) if rule in wanted.rules or rule.priority == KERNEL_LOCAL_RULE),
            up=tuple(up for up in wanted.up if index[up.port]["flags"] & _LINK_UP),
            addresses=tuple(address for address in _addresses(ip, by_number) if address.port in names),
            routes=tuple(_default_routes(ip, by_number)),
            sysctls=tuple(Sysctl(one.path, value) for one in wanted.sysctls if (value := _read(one.path)) is not None),
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
    match change.item:
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
        case Sysctl(path, value):
            (SYSCTL_ROOT / path).write_text(value)


def _index(ip: IPRoute, port: str) -> int:
    found: list[int] = ip.link_lookup(ifname=port)
    if not found:
        raise WiringError(f"port {port} went away. check the cable and the site file's port names")
    return found[0]


def _rule_words(rule: Rule) -> dict[str, Any]:
    words: dict[str, Any] = {"family": _FAMILY[rule.family], "priority": rule.priority}
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


def _rules(ip: IPRoute) -> Iterator[Rule]:
    for family in FAMILIES:
        for message in ip.get_rules(family=_FAMILY[family]):
            attributes = dict(message["attrs"])
            to_table = message["action"] == _ACTION_TO_TABLE
            yield Rule(
                family,
                attributes.get("FRA_PRIORITY", KERNEL_LOCAL_RULE),
                iif=attributes.get("FRA_IIFNAME", ""),
                protocol=attributes.get("FRA_IP_PROTO", 0),
                unmarked=attributes.get("FRA_FWMASK", 0) if attributes.get("FRA_FWMARK", 0) == 0 else 0,
                table=attributes.get("FRA_TABLE", LOCAL_TABLE) if to_table else 0,
                goto=attributes.get("FRA_GOTO", 0),
            )


def _addresses(ip: IPRoute, names: Mapping[int, str]) -> Iterator[Address]:
    for family in FAMILIES:
        for message in ip.get_addr(family=_FAMILY[family]):
            attributes = dict(message["attrs"])
            if message["scope"] != _SCOPE_LINK and message["index"] in names:
                # On IPv4 IFA_ADDRESS may be the peer's; IFA_LOCAL is ours (rtnetlink(7)).
                own = attributes.get("IFA_LOCAL") or attributes["IFA_ADDRESS"]
                yield Address(names[message["index"]], ip_interface(f"{own}/{message['prefixlen']}"))


def _default_routes(ip: IPRoute, names: Mapping[int, str]) -> Iterator[DefaultRoute]:
    for family in FAMILIES:
        for message in ip.get_default_routes(family=_FAMILY[family], table=MAIN_TABLE):
            attributes = dict(message["attrs"])
            if "RTA_GATEWAY" in attributes and attributes.get("RTA_OIF") in names:
                yield DefaultRoute(names[attributes["RTA_OIF"]], ip_address(attributes["RTA_GATEWAY"]))


def _read(path: str) -> str | None:
    try:
        return (SYSCTL_ROOT / path).read_text().strip()
    except FileNotFoundError:
        return None

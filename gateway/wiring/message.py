"""What rtnetlink(7) tells about rules, addresses and routes, read into values. Pure; the messages are pyroute2's."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from gateway.policy.networks import EVERYWHERE
from gateway.site.values import Family
from gateway.wiring.guard import KERNEL_LOCAL_RULE
from gateway.wiring.model import LOCAL_TABLE, Address, DefaultRoute, Route, Rule

_ACTION_TO_TABLE, _GOTO, _BLACKHOLE = 1, 2, 6  # FR_ACT_…, linux/fib_rules.h
_INVERTED = 0x2  # FIB_RULE_INVERT
_SCOPE_LINK = 253  # RT_SCOPE_LINK: the kernel's own link-local addresses
_PERMANENT, _AUTOMATIC = 0x80, 0x100  # IFA_F_PERMANENT, IFA_F_MANAGETEMPADDR, linux/if_addr.h
_UNICAST = 1  # RTN_UNICAST
_KERNEL, _RA, DHCP = 2, 9, 16  # RTPROT_KERNEL, RTPROT_RA, RTPROT_DHCP, linux/rtnetlink.h
_KNOWN = {
    "FRA_TABLE",
    "FRA_PROTOCOL",
    "FRA_PRIORITY",
    "FRA_IIFNAME",
    "FRA_IP_PROTO",
    "FRA_FWMARK",
    "FRA_FWMASK",
    "FRA_GOTO",
}
_NO_SUPPRESSION = ("FRA_SUPPRESS_PREFIXLEN", 0xFFFFFFFF)
_KERNEL_METRIC = {4: 0, 6: 1024}  # what a route without a metric has (IP6_RT_PRIO_USER)
_EVERYTHING = {network.version: network for network in EVERYWHERE}
Message = Mapping[str, Any]


def rule(family: Family, message: Message) -> Rule:
    """One routing rule."""
    attributes = dict(message["attrs"])
    to_table = message["action"] == _ACTION_TO_TABLE
    return Rule(
        family,
        attributes.get("FRA_PRIORITY", KERNEL_LOCAL_RULE),
        iif=attributes.get("FRA_IIFNAME", ""),
        protocol=attributes.get("FRA_IP_PROTO", 0),
        unmarked=attributes.get("FRA_FWMASK", 0) if attributes.get("FRA_FWMARK", 0) == 0 else 0,
        table=attributes.get("FRA_TABLE", LOCAL_TABLE) if to_table else 0,
        goto=attributes.get("FRA_GOTO", 0),
        asks_more=_asks_more(message, attributes),
    )


def _asks_more(message: Message, attributes: Mapping[str, Any]) -> bool:
    return (
        any(pair[0] not in _KNOWN and tuple(pair) != _NO_SUPPRESSION for pair in message["attrs"])
        or attributes.get("FRA_FWMARK", 0) != 0
        or message["action"] not in (_ACTION_TO_TABLE, _GOTO, _BLACKHOLE)
        or bool(message["src_len"] or message["dst_len"] or message["tos"] or message["flags"] & _INVERTED)
    )


@dataclass(frozen=True, slots=True)
class FoundAddress:
    """An address as the kernel has it."""

    address: Address
    lasts: bool
    """Whether it stays until somebody takes it away; those of leases and advertisements have an end."""
    advertised: bool
    """Whether it bears the mark that systemd-networkd gives to what it makes of an advertised prefix (RFC 4862)."""


def address(message: Message, names: Mapping[int, str]) -> FoundAddress | None:
    """One address on a named interface; None for a link-local one, which the kernel makes."""
    attributes = dict(message["attrs"])
    if message["scope"] == _SCOPE_LINK or message["index"] not in names:
        return None
    # On IPv4 IFA_ADDRESS may be the peer's; IFA_LOCAL is ours (rtnetlink(7)).
    own = attributes.get("IFA_LOCAL") or attributes["IFA_ADDRESS"]
    flags = int(attributes.get("IFA_FLAGS") or message["flags"])  # the header's field has eight bits
    return FoundAddress(
        Address(names[message["index"]], ip_interface(f"{own}/{message['prefixlen']}")),
        lasts=bool(flags & _PERMANENT),
        advertised=bool(flags & _AUTOMATIC),
    )


class Origin(Enum):
    """Where a route comes from."""

    ADDRESS = auto()
    """The kernel made it with an address."""
    LINE = auto()
    """It bears the sign of a lease or an advertisement."""
    SOMEBODY = auto()


@dataclass(frozen=True, slots=True)
class FoundRoute:
    """A route as the kernel has it."""

    route: DefaultRoute | Route
    origin: Origin


def route(family: Family, message: Message, names: Mapping[int, str]) -> FoundRoute | None:
    """One route that leads somewhere; None for any other."""
    if message["type"] != _UNICAST:
        return None
    return FoundRoute(_route(family, message, names), _ORIGINS.get(message["proto"], Origin.SOMEBODY))


_ORIGINS = {_KERNEL: Origin.ADDRESS, _RA: Origin.LINE, DHCP: Origin.LINE}


def _route(family: Family, message: Message, names: Mapping[int, str]) -> DefaultRoute | Route:
    attributes = dict(message["attrs"])
    by = {names.get(hop["oif"], "") for hop in attributes.get("RTA_MULTIPATH", ())}
    port = names.get(attributes.get("RTA_OIF", 0), by.pop() if len(by) == 1 else "")
    metric = attributes.get("RTA_PRIORITY", 0)
    metric = 0 if metric == _KERNEL_METRIC[family] else metric
    via = ip_address(attributes["RTA_GATEWAY"]) if "RTA_GATEWAY" in attributes else None
    if message["dst_len"] == 0 and via is not None and port and not metric:
        return DefaultRoute(port, via)
    target = ip_network(f"{attributes['RTA_DST']}/{message['dst_len']}") if message["dst_len"] else _EVERYTHING[family]
    return Route(port, target, via, metric)

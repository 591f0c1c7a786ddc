"""The scalars of a site file: addresses, ports, hours, durations. Each says in one line what is wrong and what to write."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, Strict, WithJsonSchema

from gateway.site.words import Label, Slug, shown, text_of, wrong

__all__ = [
    "Address",
    "CalendarDate",
    "DailyHours",
    "Duration",
    "Family",
    "FileName",
    "Flag",
    "Hours",
    "Interface",
    "InterfaceName",
    "IpAddress",
    "IpInterface",
    "IpNetwork",
    "Label",
    "MacAddress",
    "Network",
    "PortRange",
    "Ports",
    "Slug",
]

IpAddress = IPv4Address | IPv6Address
IpInterface = IPv4Interface | IPv6Interface
IpNetwork = IPv4Network | IPv6Network
Family = Literal[4, 6]

INTERFACE_NAME_MAX_CHARS = 15  # IFNAMSIZ - 1, linux/if.h
_PREFIX_LENGTH = re.compile(r"/[0-9]{1,3}$", re.ASCII)  # never a netmask: 0.0.0.255 would silently mean /24
_UNITS_S = {"m": 60, "h": 3600, "d": 86_400, "y": 365 * 86_400}


def _text(value: Any) -> str:
    """The text of a value; none for a number or a table, which is then as wrong as a misspelt text."""
    return value if isinstance(value, str) else ""


def _address(value: Any) -> IpAddress:
    if isinstance(value, IPv4Address | IPv6Address):
        return value
    text = _text(value)
    try:
        address = ip_address(text)
    except ValueError:
        raise wrong(
            f"{shown(value)} is not an IP address", "write one without a prefix, such as 192.168.20.10"
        ) from None
    return _plain(address, text)


def _interface(value: Any) -> IpInterface:
    if isinstance(value, IPv4Interface | IPv6Interface):
        return value
    text = _text(value)
    try:
        if not _PREFIX_LENGTH.search(text):
            raise ValueError
        interface = ip_interface(text)
    except ValueError:
        raise wrong(
            f"{shown(value)} is not an address with its prefix length", "write it as 192.168.20.1/24 or 2001:db8::1/64"
        ) from None
    _plain(interface.ip, text)
    network = interface.network
    narrow = network.prefixlen >= network.max_prefixlen - 1
    if not narrow and interface.ip in (network.network_address, network.broadcast_address) and interface.version == 4:
        raise wrong(
            f"{shown(text)} is the network's own or its broadcast address", f"use a host address inside {network}"
        )
    return interface


_MAPPED = IPv6Network("::ffff:0:0/96")  # IPv4 in IPv6 clothes (RFC 4291 §2.5.5.2): never on a wire


def _network(value: Any) -> IpNetwork:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    text = _text(value)
    try:
        if "%" in text or ("/" in text and not _PREFIX_LENGTH.search(text)):
            raise ValueError
        network = ip_network(text, strict=False)
    except ValueError:
        raise wrong(f"{shown(value)} is not a network", "write a prefix such as 203.0.113.0/24") from None
    if "/" in text and ip_interface(text).ip != network.network_address:
        raise wrong(
            f"{shown(text)} has bits set after its prefix", f"write {network}, or {ip_interface(text).ip} for one host"
        )
    if network.prefixlen == 0:
        raise wrong(f"{shown(text)} is every address there is", "name the networks that are meant")
    mapped = isinstance(network, IPv6Network) and network.subnet_of(_MAPPED)
    if mapped or network.is_multicast or network.is_loopback or network.is_link_local:
        raise wrong(f"{shown(text)} is not a network of hosts", "write the unicast prefix that is meant")
    return network


def _plain(address: IpAddress, text: str) -> IpAddress:
    match address:
        case IPv4Address():
            odd = address.is_reserved  # 240.0.0.0/4, RFC 1112, and the limited broadcast address
        case IPv6Address():
            odd = address.scope_id is not None or address.ipv4_mapped is not None
    if odd or address.is_multicast or address.is_loopback or address.is_unspecified or address.is_link_local:
        raise wrong(f"{shown(text)} cannot be a host's address here", "use a unicast address routed in this segment")
    return address


@dataclass(frozen=True, slots=True, order=True)
class PortRange:
    """TCP or UDP ports, both ends included, 1–65535 (RFC 6335)."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def _ports(value: Any) -> PortRange:
    if isinstance(value, PortRange):
        return value
    match = re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", str(value)) if type(value) in (int, str) else None
    if match:
        first = int(match[1])
        last = int(match[2] or first)
        if 1 <= first <= last <= 65_535:
            return PortRange(first, last)
    raise wrong(f"{shown(value)} is not a port", 'write 1 to 65535, or a range such as "8000-8010"')


@dataclass(frozen=True, slots=True)
class Hours:
    """A daily window in local time. `end` is exclusive; 24:00 is written time.max. A window may pass midnight."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{'24:00' if self.end == time.max else f'{self.end:%H:%M}'}"


def _hours(value: Any) -> Hours:
    if isinstance(value, Hours):
        return value
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)", _text(value))
    if match:
        hours = Hours(time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4])) if match[3] else time.max)
        if hours.start != hours.end:
            return hours
    raise wrong(f"{shown(value)} is not a window of hours", 'write it as "18:30-21:00"')


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"([1-9][0-9]{0,3})([mhdy])", _text(value))
    if not match:
        raise wrong(
            f"{shown(value)} is not a length of time", "write a number and m, h, d or y, such as 30m, 2h, 14d, 5y"
        )
    return timedelta(seconds=int(match[1]) * _UNITS_S[match[2]])


def _mac(value: Any) -> str:
    text = text_of(value).lower()
    if not re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", text) or int(text[:2], 16) & 1:
        raise wrong(f"{shown(text)} is not a network card's MAC address", 'write it as "02:00:5e:10:00:01"')
    return text


def _interface_name(value: Any) -> str:
    text = text_of(value)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", text) or len(text) > INTERFACE_NAME_MAX_CHARS or text == "lo":
        raise wrong(
            f"{shown(text)} is not a network port's name",
            f"use letters, digits, '.', '_' or '-', at most {INTERFACE_NAME_MAX_CHARS} characters, such as eth1",
        )
    return text


def _relative_file(value: Any) -> str:
    text = text_of(value)
    parts = text.split("/")
    if not text or ".." in parts or "\0" in text or any(ord(c) < 32 for c in text):
        raise wrong(
            f"{shown(text)} is not a usable file name", "name a file, absolute or beside the site file, without '..'"
        )
    return text


def _date(value: Any) -> date:
    if type(value) is date:
        return value
    text = _text(value)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # the month has no such day
    raise wrong(f"{shown(value)} is not a day", "write year, month and day, such as 2028-03-31")


def _string_schema(example: str, **more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "examples": [example], **more})


Address = Annotated[IpAddress, BeforeValidator(_address), _string_schema("192.168.20.10")]
Interface = Annotated[IpInterface, BeforeValidator(_interface), _string_schema("192.168.20.1/24")]
Network = Annotated[IpNetwork, BeforeValidator(_network), _string_schema("203.0.113.0/24")]
Ports = Annotated[
    PortRange,
    BeforeValidator(_ports),
    PlainSerializer(str),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 65535}, {"type": "string", "pattern": "^\\d+-\\d+$"}]}
    ),
]
DailyHours = Annotated[Hours, BeforeValidator(_hours), PlainSerializer(str), _string_schema("18:30-21:00")]
Duration = Annotated[timedelta, BeforeValidator(_duration), _string_schema("2h", pattern="^[1-9][0-9]{0,3}[mhdy]$")]
MacAddress = Annotated[str, BeforeValidator(_mac), _string_schema("02:00:5e:10:00:01")]
InterfaceName = Annotated[str, BeforeValidator(_interface_name), _string_schema("eth1")]
FileName = Annotated[str, BeforeValidator(_relative_file), _string_schema("credentials/terminal")]
CalendarDate = Annotated[date, BeforeValidator(_date)]
Flag = Annotated[bool, Strict()]

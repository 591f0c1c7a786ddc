"""The network ports as somebody at the box sees them: what is there, and whether a cable is in it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from gateway.policy.places import part
from gateway.site.layout import Zone
from gateway.site.model import Port as Declared
from gateway.site.model import Site
from gateway.site.values import IpInterface
from gateway.wiring.cabling import ethtool

_UP = 0x1  # IFF_UP, linux/if.h
_ETHERNET = 1  # ARPHRD_ETHER, linux/if_arp.h


class PortError(Exception):
    """The kernel refused. One line, with what to do."""


@dataclass(frozen=True, slots=True)
class Port:
    """One port. `link` is whether a cable brings a signal; a port that is not `up` cannot tell, and says no.

    `flaps` counts how often the link came or went since the kernel knows the port. `parent` is the trunk of a VLAN.
    """

    name: str
    mac: str = ""
    up: bool = False
    link: bool = False
    flaps: int = 0
    driver: str = ""
    speed_mbits: int | None = None
    vlan: int | None = None
    parent: str = ""
    addresses: tuple[IpInterface, ...] = ()


def observe() -> tuple[Port, ...]:
    """Every port a cable can be in, and the VLANs on them, in the kernel's order: no loopback, no tunnel."""
    with IPRoute() as ip:
        links = [link for link in ip.get_links() if link["ifi_type"] == _ETHERNET]
        names = {link["index"]: dict(link["attrs"])["IFLA_IFNAME"] for link in links}
        addresses: dict[int, list[IpInterface]] = {index: [] for index in names}
        for message in ip.get_addr():
            attributes = dict(message["attrs"])
            # On IPv4 IFA_ADDRESS may be the peer's; IFA_LOCAL is ours (rtnetlink(7)).
            own = attributes.get("IFA_LOCAL") or attributes["IFA_ADDRESS"]
            addresses.setdefault(message["index"], []).append(ip_interface(f"{own}/{message['prefixlen']}"))
    return tuple(_port(link, names, addresses[link["index"]]) for link in links)


def _port(link: Mapping[str, Any], names: Mapping[int, str], addresses: Iterable[IpInterface]) -> Port:
    attributes = dict(link["attrs"])
    name = attributes["IFLA_IFNAME"]
    kind = dict(attributes["IFLA_LINKINFO"]["attrs"]) if "IFLA_LINKINFO" in attributes else {}
    vlan = dict(kind["IFLA_INFO_DATA"]["attrs"]) if kind.get("IFLA_INFO_KIND") == "vlan" else {}
    up = bool(link["flags"] & _UP)
    has_link = up and bool(attributes.get("IFLA_CARRIER", 0))
    return Port(
        name,
        mac=attributes.get("IFLA_ADDRESS", ""),
        up=up,
        link=has_link,
        flaps=attributes.get("IFLA_CARRIER_CHANGES", 0),
        driver=ethtool.driver(name),
        speed_mbits=ethtool.speed_mbits(name) if has_link else None,
        vlan=vlan.get("IFLA_VLAN_ID"),
        parent=names.get(attributes.get("IFLA_LINK", 0), "") if vlan else "",
        addresses=tuple(addresses),
    )


def zones_of(site: Site, ports: Iterable[Port]) -> Mapping[str, Zone]:
    """Which zone the site declares behind which of these ports, by the port's name. Pure."""
    there = tuple(ports)
    found = {}
    for zone in Zone:
        declared = part(site, zone)
        if declared is not None and (port := _meant(declared.port, there)) is not None:
            found[port.name] = zone
    return found


def _meant(declared: Declared, ports: tuple[Port, ...]) -> Port | None:
    base = next((one for one in ports if one.name == declared.port or (declared.mac and one.mac == declared.mac)), None)
    if declared.vlan is None or base is None:
        return base
    return next((one for one in ports if one.parent == base.name and one.vlan == declared.vlan), None)


@contextmanager
def raised(ports: Iterable[Port]) -> Iterator[None]:
    """Have those of `ports` that are down up while the block runs, then down again: only a port that is up feels a cable.

    It gets no address from us, and what nftables and the guard stop they stop there too. Raises PortError.
    """
    raised_here: list[str] = []
    try:
        for port in ports:
            if not port.up:
                _set(port.name, "up")
                raised_here.append(port.name)
        yield
    finally:
        for name in raised_here:
            with suppress(PortError):  # unplugged meanwhile, card and all
                _set(name, "down")


def _set(name: str, state: str) -> None:
    try:
        with IPRoute() as ip:
            ip.link("set", ifname=name, state=state)
    except (NetlinkError, OSError) as error:
        raise PortError(f"{name}: it cannot be switched {state}: {error.args[-1]}. run it as root") from error


@dataclass(frozen=True, slots=True)
class Event:
    """A cable that came (`plugged`), went, or both in so short a time that no look saw it (`plugged` is None)."""

    port: str
    plugged: bool | None


def events(before: Iterable[Port], after: Iterable[Port]) -> Iterator[Event]:
    """What happened to the cables between two looks; a port that came or went counts as one. Pure."""
    old = {port.name: port for port in before}
    new = {port.name: port for port in after}
    for name in (*old, *(name for name in new if name not in old)):
        was, now = old.get(name), new.get(name)
        linked_before, linked_now = was is not None and was.link, now is not None and now.link
        if linked_before != linked_now:
            yield Event(name, linked_now)
        elif was is not None and now is not None and was.flaps != now.flaps and was.up and now.up:
            yield Event(name, None)

"""Ports by their MAC address: which card that is on this box, at this moment. Everything after it knows names only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyroute2 import IPRoute

from gateway.site.layout import Zone
from gateway.site.model import Port, Site
from gateway.site.values import INTERFACE_NAME_MAX_CHARS
from gateway.wiring.part import WiringError

_HARDWARE = ("", "veth")
"""Kinds of links that are cards. Bridges, VLANs and macvlans stand on a card and show its address as theirs."""


@dataclass(frozen=True, slots=True)
class Card:
    """A network card. `burnt_in` is the address it was made with, where the kernel knows it: the other can be changed."""

    name: str
    mac: str
    burnt_in: str = ""

    def is_called(self, mac: str) -> bool:
        """Whether `mac`, in small letters, means this card."""
        return mac in (self.mac, self.burnt_in)


def located(site: Site) -> Site:
    """`site` with every port by name, as the cards of this network namespace have them now. Raises WiringError."""
    return by_name(site, cards()) if any(port.mac for _, port in _ports(site)) else site


def by_name(site: Site, found: Iterable[Card]) -> Site:
    """`site` with every port by name. Pure. Raises WiringError if a card is not there, there twice, or in two zones."""
    there = tuple(found)
    declared = dict(_ports(site))
    named = {zone: _named(zone, port, there) for zone, port in declared.items()}
    for zone, port in named.items():
        other = next((one for one, its in named.items() if one is not zone and str(its) == str(port)), None)
        if other is not None:
            raise WiringError(
                f"zones.{zone}.port {declared[zone]} is {port}, the port of {other}. give each its own card"
            )
    zones = site.zones.model_copy(
        update={zone.value: getattr(site.zones, zone).model_copy(update={"port": port}) for zone, port in named.items()}
    )
    return site.model_copy(update={"zones": zones})


def cards() -> tuple[Card, ...]:
    """The cards of this network namespace."""
    with IPRoute() as ip:
        return tuple(_card(dict(link["attrs"])) for link in ip.get_links() if _kind(link) in _HARDWARE)


def _ports(site: Site) -> Iterable[tuple[Zone, Port]]:
    for zone in (Zone.LAN, Zone.CLAIM, Zone.QUALIFICATION, Zone.WAN):
        declared = getattr(site.zones, zone)
        if declared is not None:
            yield zone, declared.port


def _named(zone: Zone, port: Port, there: tuple[Card, ...]) -> Port:
    if port.mac is None:
        return port
    called = [card.name for card in there if card.is_called(port.mac)]
    if len(called) != 1:
        what = f"is {' and '.join(sorted(called))}" if called else "is no card of this box"
        known = ", ".join(f"{card.name} {card.mac}" for card in there if card.mac and card.name != "lo") or "none"
        raise WiringError(f"zones.{zone}.port {port.mac} {what}. this box has: {known}")
    name = Port(port=called[0], vlan=port.vlan)
    if len(str(name)) > INTERFACE_NAME_MAX_CHARS:
        raise WiringError(
            f"zones.{zone}.port {port} would be {name}, longer than {INTERFACE_NAME_MAX_CHARS} characters. "
            "give the card a shorter name (systemd.link(5))"
        )
    return name


def _card(attributes: dict[str, Any]) -> Card:
    return Card(
        str(attributes["IFLA_IFNAME"]),
        str(attributes.get("IFLA_ADDRESS") or "").lower(),
        str(attributes.get("IFLA_PERM_ADDRESS") or "").lower(),
    )


def _kind(link: Any) -> str:
    information = dict(link["attrs"]).get("IFLA_LINKINFO")
    return str(dict(information["attrs"]).get("IFLA_INFO_KIND", "")) if information else ""

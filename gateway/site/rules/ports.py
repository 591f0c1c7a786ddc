"""Each zone behind a port of its own, or a VLAN of its own on a shared one (C8)."""

from collections.abc import Iterator

from gateway.site.layout import Zone
from gateway.site.model import Port, Site
from gateway.site.rules.finding import Finding, Rule
from gateway.site.tree import Path
from gateway.site.values import INTERFACE_NAME_MAX_CHARS


def _ports(site: Site) -> Iterator[tuple[Zone, Port]]:
    for zone in (Zone.LAN, Zone.CLAIM, Zone.QUALIFICATION, Zone.WAN):
        declared = getattr(site.zones, zone)
        if declared is not None:
            yield zone, declared.port


def each_port_once(site: Site) -> Iterator[Finding]:
    """`{port: eth1, vlan: 10}` becomes the interface eth1.10, so a port of that name is the same one."""
    taken: dict[str, Zone] = {}
    for zone, port in _ports(site):
        name = str(port)
        path: Path = ("zones", zone.value, "port")
        if name in taken:
            text = f"zones.{zone}.port {name} is already the port of {taken[name]}. give each zone its own port or vlan"
            yield Finding(path, text, (path, ("zones", taken[name].value, "port")))
        taken.setdefault(name, zone)


def vlan_names_fit(site: Site) -> Iterator[Finding]:
    """The kernel's name of a VLAN, port.vlan, has IFNAMSIZ - 1 characters at most."""
    for zone, port in _ports(site):
        if port.port and port.vlan and len(str(port)) > INTERFACE_NAME_MAX_CHARS:
            text = (
                f"zones.{zone}.port {port} is longer than {INTERFACE_NAME_MAX_CHARS} characters. "
                "give the card a shorter name (systemd.link(5))"
            )
            yield Finding(("zones", zone.value, "port"), text)


RULES: tuple[Rule, ...] = (each_port_once, vlan_names_fit)

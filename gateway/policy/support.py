"""Which declared parts this version cannot enforce yet. `apply` names them and leaves the box as it is."""

from collections.abc import Iterator

from gateway.site.layout import Layout, Role
from gateway.site.model import Site

Unsupported = tuple[tuple[str | int, ...], str]
"""The field's path in the site file, and one line: what is not supported there, and what to write instead."""


def unsupported(site: Site) -> tuple[Unsupported, ...]:
    """Everything in `site` that would be silently missing from the kernel; empty when it can be enforced whole."""
    return tuple(_parts(site))


def _parts(site: Site) -> Iterator[Unsupported]:
    if site.layout is not Layout.IP_VPN_CLAIM:
        yield ("layout",), _not_yet(f"layout {site.layout}", f"use {Layout.IP_VPN_CLAIM}")
    if set(site.roles) != {Role.A, Role.B}:
        yield ("roles",), _not_yet("a box that is router A or B alone", "write roles: [a, b]")
    yield from _zones(site)
    if site.lan_internet:
        yield ("lan_internet",), _not_yet("lan_internet", "leave it out")
    if site.pppoe_passthrough:
        yield ("pppoe_passthrough",), _not_yet("pppoe_passthrough", "leave it out")
    if site.updates:
        yield ("updates",), _not_yet("an update site", "leave updates: out")
    if site.access != "always":
        yield ("access",), _not_yet("access by hours", "write access: always")
    if site.grants:
        yield ("grants",), _not_yet("a grant", "leave grants: out")
    yield from _relay(site)


def _zones(site: Site) -> Iterator[Unsupported]:
    for name in ("lan", "claim", "qualification", "wan"):
        zone = getattr(site.zones, name)
        if zone and (zone.port.mac or zone.port.vlan is not None):
            yield ("zones", name, "port"), _not_yet("a port by MAC address or VLAN", "name the port, such as eth1")
    if site.zones.claim and site.zones.claim.serve:
        yield ("zones", "claim", "serve"), _not_yet("a service for the segment", "leave serve: out")
    if site.zones.wan and not site.zones.wan.uplink.static:
        yield ("zones", "wan", "uplink"), _not_yet("this kind of uplink", "use static")


def _relay(site: Site) -> Iterator[Unsupported]:
    if not site.relay:
        return
    if site.relay.drop.smb or site.relay.drop.sftp:
        yield ("relay", "drop"), _not_yet("a drop server", "leave drop: out and use the folders on the box")
    if site.relay.antivirus != "none":
        yield ("relay", "antivirus"), _not_yet("antivirus scanning", "write antivirus: none")


def _not_yet(what: str, todo: str) -> str:
    return f"{what} is not supported by this version yet. {todo}"

"""Which declared parts this version cannot enforce yet. `apply` names them and leaves the box as it is."""

from collections.abc import Iterator

from gateway.site.layout import Layout, Role
from gateway.site.model import Site

Unsupported = tuple[tuple[str | int, ...], str]
"""The field's path in the site file, and what is not supported there."""


def unsupported(site: Site) -> tuple[Unsupported, ...]:
    """Everything in `site` that would be silently missing from the kernel; empty when it can be enforced whole."""
    return tuple(_parts(site))


def _parts(site: Site) -> Iterator[Unsupported]:
    if site.layout is not Layout.IP_VPN_CLAIM:
        yield ("layout",), f"layout {site.layout}; {Layout.IP_VPN_CLAIM} is"
    if set(site.roles) != {Role.A, Role.B}:
        yield ("roles",), "a box that is router A or B alone; roles: [a, b] is"
    yield from _zones(site)
    if site.lan_internet:
        yield ("lan_internet",), "lan_internet"
    if site.pppoe_passthrough:
        yield ("pppoe_passthrough",), "pppoe_passthrough"
    if site.updates:
        yield ("updates",), "update sites"
    if site.access != "always":
        yield ("access",), "access by hours; access: always is"
    if site.grants:
        yield ("grants",), "grants"
    yield from _relay(site)


def _zones(site: Site) -> Iterator[Unsupported]:
    for name in ("lan", "claim", "qualification", "wan"):
        zone = getattr(site.zones, name)
        if zone and (zone.port.mac or zone.port.vlan is not None):
            yield ("zones", name, "port"), "a port by MAC address or VLAN; a port by name is"
    if site.zones.claim and site.zones.claim.serve:
        yield ("zones", "claim", "serve"), "segment services"
    if site.zones.wan and not site.zones.wan.uplink.static:
        yield ("zones", "wan", "uplink"), "this kind of uplink; static is"


def _relay(site: Site) -> Iterator[Unsupported]:
    if not site.relay:
        return
    if site.relay.drop.smb or site.relay.drop.sftp:
        yield ("relay", "drop"), "the drop servers; people use the box's own folders"
    if site.relay.antivirus != "none":
        yield ("relay", "antivirus"), "antivirus scanning; antivirus: none is"

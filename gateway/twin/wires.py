"""What a twin has instead of cards and a carrier: a wire for each zone, and addresses that stand for those a line assigns.

No VLAN shares a trunk there, no card has the address of the clinic's, and nobody at the far end decides on addresses: the
rules that a twin shows are those of a line with these addresses.
"""

from ipaddress import ip_address, ip_interface

from gateway.policy.places import delegated, part
from gateway.site.layout import Zone
from gateway.site.model import Port, Site, StaticUplink, Uplink
from gateway.site.values import Family, IpAddress, IpInterface
from gateway.site.zones import TerminalZone

_LINE: dict[Family, tuple[IpInterface, IpAddress]] = {
    4: (ip_interface("100.64.8.2/30"), ip_address("100.64.8.1")),
    6: (ip_interface("fd00:64:8::2/64"), ip_address("fd00:64:8::1")),
}
"""The box and the provider's router: addresses no site may use (RFC 6598, RFC 4193)."""
_SEGMENT = "fd00:64:9:{number}::"


def plugged(site: Site) -> Site:
    """`site` with a port of its own for each zone, called as on the box where the site file says how, and every address fixed."""
    named = {zone: {"port": _wire(zone, found.port)} for zone in Zone if (found := part(site, zone)) is not None}
    changes: dict[Zone, dict[str, object]] = {zone: dict(change) for zone, change in named.items()}
    if site.zones.wan is not None:
        changes[Zone.WAN]["uplink"] = _fixed(site.zones.wan.uplink)
    for number, zone in enumerate(delegated(site)):
        segment = part(site, zone)
        if isinstance(segment, TerminalZone):
            changes[zone] |= _with_prefix(segment, _SEGMENT.format(number=number))
    zones = {zone.value: getattr(site.zones, zone).model_copy(update=change) for zone, change in changes.items()}
    return site.model_copy(update={"zones": site.zones.model_copy(update=zones)})


def _wire(zone: Zone, port: Port) -> Port:
    return Port(port=str(port) if port.mac is None else f"card-{zone.value[:5]}")


def _fixed(uplink: Uplink) -> Uplink:
    given = [_LINE[family] for family in uplink.assigned]
    if not given:
        return uplink
    before = uplink.static
    return Uplink(
        static=StaticUplink(
            addresses=(*(before.addresses if before else ()), *(address for address, _ in given)),
            next_hop=(*(before.next_hop if before else ()), *(hop for _, hop in given)),
        )
    )


def _with_prefix(segment: TerminalZone, prefix: str) -> dict[str, object]:
    terminals = tuple(
        terminal.model_copy(update={"address6": ip_address(f"{prefix}{number:x}")})
        for number, terminal in enumerate(segment.terminals, start=0x10)
    )
    own = ip_interface(f"{prefix}1/64")
    return {"ipv6": None, "addresses": (*segment.addresses, own), "terminals": terminals}

"""A wire for each zone: in a twin no VLAN shares a trunk and no card has the address of the clinic's."""

from gateway.policy.places import part
from gateway.site.layout import Zone
from gateway.site.model import Port, Site


def plugged(site: Site) -> Site:
    """`site` with a port of its own for each zone, called as on the box where the site file says how."""
    ports = {zone: found.port for zone in Zone if (found := part(site, zone)) is not None}
    zones = site.zones.model_copy(
        update={
            zone.value: getattr(site.zones, zone).model_copy(update={"port": _wire(zone, port)})
            for zone, port in ports.items()
        }
    )
    return site.model_copy(update={"zones": zones})


def _wire(zone: Zone, port: Port) -> Port:
    return Port(port=str(port) if port.mac is None else f"card-{zone.value[:5]}")

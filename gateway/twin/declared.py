"""What the site file declares, said a second time and in another way than `policy.derive`.

The rehearsal compares what the kernel lets through with this, never with the Policy the kernel's rules were made from:
a mistake in the Policy must not be able to confirm itself. Keep it a plain reading of docs/layouts.md.
"""

from gateway.policy.model import Protocol
from gateway.site.layout import Zone
from gateway.site.model import Service, Site
from gateway.site.values import IpAddress

SHARED_FOLDER = (Protocol.TCP, 445)


def declared(
    site: Site, origin: Zone, target: Zone, destination: IpAddress, service: tuple[Protocol, int | None]
) -> bool:
    """Whether the site file lets a session of `service` start from `origin`'s declared hosts to `destination`."""
    match origin, target:
        case Zone.LAN, Zone.CLAIM:
            return service == SHARED_FOLDER and site.lan_to_terminal == "shared-folder"
        case Zone.GATEWAY, Zone.CLAIM:
            return service == SHARED_FOLDER and site.relay is not None and destination == site.relay.terminal.smb.server
        case Zone.CLAIM, Zone.WAN:
            system = site.claim_system
            return (
                system is not None
                and any(destination in network for network in system.networks)
                and any(_is(service, allowed) for allowed in system.services)
            )
        case Zone.LAN, Zone.GATEWAY:
            return _opened_to_lan(site, service)
        case Zone.GATEWAY, Zone.LAN | Zone.WAN:
            return _used_by_the_box(site, destination, service)
        case _:
            return False


def _is(service: tuple[Protocol, int | None], allowed: Service) -> bool:
    protocol, port = service
    ports = {Protocol.TCP: allowed.tcp, Protocol.UDP: allowed.udp}.get(protocol)
    return ports is not None and port is not None and ports.first <= port <= ports.last


def _opened_to_lan(site: Site, service: tuple[Protocol, int | None]) -> bool:
    drop = site.relay.drop if site.relay else None
    opened = set()
    if drop and drop.smb:
        opened.add(SHARED_FOLDER)
    if drop and drop.sftp:
        opened.add((Protocol.TCP, drop.sftp.port))
    if site.management and site.management.ssh and site.zones.lan:
        # The probe comes from the first receipt PC: only a management address may reach SSH.
        pc = site.zones.lan.receipt_pcs[0]
        if any(pc.address.network_address in network for network in site.management.from_):
            opened.add((Protocol.TCP, 22))
    return service in opened


def _used_by_the_box(site: Site, destination: IpAddress, service: tuple[Protocol, int | None]) -> bool:
    management = site.management
    if not management:
        return False
    return (
        (destination in management.ntp and service == (Protocol.UDP, 123))
        or (destination in management.dns and service in ((Protocol.UDP, 53), (Protocol.TCP, 53)))
        or (destination in management.syslog and service in ((Protocol.UDP, 514), (Protocol.TCP, 514)))
    )

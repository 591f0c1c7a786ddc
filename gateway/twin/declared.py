"""What the site file declares, said a second time and in another way than `policy.derive`.

The rehearsal compares what the kernel lets through with this, never with the Policy the kernel's rules were made from:
a mistake in the Policy must not be able to confirm itself. Keep it a plain reading of docs/layouts.md.
"""

from gateway.policy.model import Protocol, Session
from gateway.site.layout import Zone
from gateway.site.model import Service, Site

SHARED_FOLDER = (Protocol.TCP, 445)


def declared(site: Site, session: Session) -> bool:
    """Whether the site file lets `session` start. Its source is taken to be one of the origin zone's declared hosts."""
    service = (session.protocol, session.port)
    match session.origin, session.target:
        case Zone.LAN, Zone.CLAIM:
            return service == SHARED_FOLDER and site.lan_to_terminal == "shared-folder"
        case Zone.GATEWAY, Zone.CLAIM:
            server = site.relay.terminal.smb.server if site.relay else None
            return service == SHARED_FOLDER and session.destination == server
        case Zone.CLAIM, Zone.WAN:
            system = site.claim_system
            return (
                system is not None
                and any(session.destination in network for network in system.networks)
                and any(_is(session, allowed) for allowed in system.services)
            )
        case Zone.LAN, Zone.GATEWAY:
            return _opened_to_lan(site, session)
        case Zone.GATEWAY, Zone.LAN | Zone.WAN:
            return _used_by_the_box(site, session)
        case _:
            return False


def _is(session: Session, allowed: Service) -> bool:
    ports = {Protocol.TCP: allowed.tcp, Protocol.UDP: allowed.udp}.get(session.protocol)
    return ports is not None and session.port is not None and ports.first <= session.port <= ports.last


def _opened_to_lan(site: Site, session: Session) -> bool:
    service = (session.protocol, session.port)
    drop = site.relay.drop if site.relay else None
    if drop and drop.smb and service == SHARED_FOLDER:
        return True
    if drop and drop.sftp and service == (Protocol.TCP, drop.sftp.port):
        return True
    management = site.management
    return (
        management is not None
        and management.ssh
        and service == (Protocol.TCP, 22)
        and any(session.source in network for network in management.from_)
    )


def _used_by_the_box(site: Site, session: Session) -> bool:
    management = site.management
    if not management:
        return False
    uses = (
        (management.ntp, ((Protocol.UDP, 123),)),
        (management.dns, ((Protocol.UDP, 53), (Protocol.TCP, 53))),
        (management.syslog, ((Protocol.UDP, 514), (Protocol.TCP, 514))),
    )
    return any(
        session.destination in servers and (session.protocol, session.port) in services for servers, services in uses
    )

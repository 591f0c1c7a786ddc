"""What the site file declares, said a second time and in another way than `policy.derive`.

The rehearsal compares what the kernel lets through with this, never with the Policy the kernel's rules were made from:
a mistake in the Policy must not be able to confirm itself. Keep it a plain reading of docs/layouts.md.
"""

from collections.abc import Iterable

from gateway.policy.model import Protocol, Session
from gateway.site.layout import Line, Zone
from gateway.site.model import Site
from gateway.site.openings import Service
from gateway.site.values import IpAddress
from gateway.site.zones import Segment, TerminalZone, Use

ACCESS = "access"
"""The opening that `access:` hours make; updates and grants go by their own names."""

SHARED_FOLDER = (Protocol.TCP, 445)


def declared(site: Site, session: Session, opened: frozenset[str] = frozenset()) -> bool:
    """Whether the site file lets `session` start while the timed openings in `opened` are open."""
    match session.origin, session.target:
        case Zone.LAN, Zone.CLAIM | Zone.QUALIFICATION:
            return _folder_from_lan(site, session, opened) or _granted(site, session, opened)
        case Zone.GATEWAY, Zone.CLAIM:
            return _relay_to_terminal(site, session)
        case Zone.CLAIM | Zone.QUALIFICATION, Zone.WAN | Zone.TUNNEL:
            return _system(site, session) or _update(site, session, opened)
        case Zone.CLAIM | Zone.QUALIFICATION, Zone.GATEWAY:
            return _served(site, session)
        case Zone.LAN, Zone.GATEWAY:
            return _opened_to_lan(site, session) or _granted(site, session, opened)
        case Zone.LAN, Zone.WAN:
            return (site.lan_internet and _internet(site, session)) or _granted(site, session, opened)
        case Zone.GATEWAY, Zone.LAN | Zone.WAN:
            return _used_by_the_box(site, session) or _holds_tunnel(site, session)
        case _:
            return False


def _relay_to_terminal(site: Site, session: Session) -> bool:
    terminal = site.relay.terminal if site.relay else None
    if terminal and terminal.sftp:
        return session.destination == terminal.sftp.server and _service(session) == (Protocol.TCP, terminal.sftp.port)
    smb = terminal.smb if terminal else None
    return smb is not None and session.destination == smb.server and _service(session) == SHARED_FOLDER


def _service(session: Session) -> tuple[Protocol, int | None]:
    return session.protocol, session.port


def _folder_from_lan(site: Site, session: Session, opened: frozenset[str]) -> bool:
    """The claim folder as declared; the qualification folders always (they are the receipt PC's link, docs/layouts.md)."""
    if _service(session) != SHARED_FOLDER or not _is_receipt_pc(site, session.source):
        return False
    uses = _uses(site, session.target, session.destination)
    if Use.QUALIFICATION in uses:
        return True
    in_hours = site.access == "always" or ACCESS in opened
    return Use.CLAIM in uses and site.lan_to_terminal == "shared-folder" and in_hours


def _uses(site: Site, zone: Zone, address: IpAddress) -> set[Use]:
    segment = site.zones.claim if zone is Zone.CLAIM else site.zones.qualification
    terminals = segment.terminals if segment else ()
    return {use for terminal in terminals if address in terminal.addresses for use in terminal.uses}


def _system(site: Site, session: Session) -> bool:
    """Each terminal to the systems it has a use for, by the way the layout's line takes."""
    way = Zone.TUNNEL if site.layout.line is Line.IPSEC_ROUTER else Zone.WAN
    if session.target is not way:
        return False
    systems = {Use.CLAIM: site.claim_system, Use.QUALIFICATION: site.qualification_system}
    for use in _uses(site, session.origin, session.source):
        system = systems[use]
        if (
            system
            and any(session.destination in network for network in system.networks)
            and _any(session, system.services)
        ):
            return True
    return False


def _update(site: Site, session: Session, opened: frozenset[str]) -> bool:
    return any(
        update.via == session.target
        and (update.hours is None or update.name in opened)
        and any(session.destination in network for network in update.networks)
        and _any(session, update.services)
        for update in site.updates
    )


def _served(site: Site, session: Session) -> bool:
    segment = site.zones.claim if session.origin is Zone.CLAIM else site.zones.qualification
    serve = segment.serve if isinstance(segment, TerminalZone) else ()
    dns, ntp = ((Protocol.UDP, 53), (Protocol.TCP, 53)), ((Protocol.UDP, 123),)
    return (Segment.DNS in serve and _service(session) in dns) or (Segment.NTP in serve and _service(session) in ntp)


def _opened_to_lan(site: Site, session: Session) -> bool:
    drop = site.relay.drop if site.relay else None
    if drop and drop.smb and _service(session) == SHARED_FOLDER and _is_receipt_pc(site, session.source):
        return True
    if (
        drop
        and drop.sftp
        and _service(session) == (Protocol.TCP, drop.sftp.port)
        and _is_receipt_pc(site, session.source)
    ):
        return True
    management = site.management
    return (
        management is not None
        and management.ssh
        and _service(session) == (Protocol.TCP, 22)
        and any(session.source in network for network in management.from_)
    )


def _is_receipt_pc(site: Site, address: IpAddress) -> bool:
    pcs = site.zones.lan.receipt_pcs if site.zones.lan else ()
    return any(address in network for pc in pcs for network in pc.networks)


def _granted(site: Site, session: Session, opened: frozenset[str]) -> bool:
    return any(
        name in opened
        and grant.to is session.target
        and any(session.source in network for network in grant.from_)
        and _any(session, grant.services)
        and (grant.to is not Zone.WAN or _internet(site, session))
        for name, grant in site.grants.items()
    )


def _internet(site: Site, session: Session) -> bool:
    """Anything on the line that is neither a system's nor behind the tunnel, nor the tunnel's far end."""
    if session.protocol not in (Protocol.TCP, Protocol.UDP):
        return False
    far_ends = site.tunnel.providers if site.tunnel else ()
    if any(session.destination == provider.address for provider in far_ends):
        return False
    closed = [network for provider in far_ends for network in provider.remote_networks]
    closed += [n for system in (site.claim_system, site.qualification_system) if system for n in system.networks]
    return not any(session.destination in network for network in closed)


def _used_by_the_box(site: Site, session: Session) -> bool:
    management = site.management
    if not management:
        return False
    uses = (
        (management.ntp, ((Protocol.UDP, 123),)),
        (management.dns, ((Protocol.UDP, 53), (Protocol.TCP, 53))),
        (management.syslog, ((Protocol.UDP, 514), (Protocol.TCP, 514))),
    )
    return any(session.destination in servers and _service(session) in services for servers, services in uses)


def _holds_tunnel(site: Site, session: Session) -> bool:
    far_ends = site.tunnel.providers if site.tunnel and site.tunnel.held_by == "gateway" else ()
    key_exchange = ((Protocol.UDP, 500), (Protocol.UDP, 4500), (Protocol.ESP, None))
    known = any(session.destination == provider.address for provider in far_ends)
    return known and _service(session) in key_exchange


def _any(session: Session, services: Iterable[Service]) -> bool:
    return any(_is(session, service) for service in services)


def _is(session: Session, allowed: Service) -> bool:
    if allowed.esp:
        return session.protocol is Protocol.ESP
    ports = {Protocol.TCP: allowed.tcp, Protocol.UDP: allowed.udp}.get(session.protocol)
    return ports is not None and session.port is not None and ports.first <= session.port <= ports.last

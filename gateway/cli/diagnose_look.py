"""What `diagnose` tries, from the box outwards. It sends what the policy lets this box send, and nothing else; it opens nothing."""

import argparse
import asyncio
import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gateway.cli.command import Denied, Refused
from gateway.cli.reach import carried_out
from gateway.enforcer.connections import Connection, tracked
from gateway.enforcer.errors import PurgeError
from gateway.enforcer.requests import Status
from gateway.policy.derive import derive
from gateway.policy.model import Protocol, Session, verdict
from gateway.policy.places import own, part, way_out
from gateway.relay.errors import Refused as ShelfRefused
from gateway.relay.errors import RelayRefused, ShelfError
from gateway.relay.pace import Pace
from gateway.relay.terminal import require_credentials, terminal_shelf
from gateway.report.diagnosis import Outcome, Probe, Tried
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import LanZone, Relay, Site, Terminal, TerminalZone, WanZone
from gateway.site.values import IpAddress
from gateway.wiring.cabling.contradiction import Kind, contradictions
from gateway.wiring.cabling.listen import Ear
from gateway.wiring.cabling.neighbour import Wanted, ask
from gateway.wiring.cabling.port import Port, observe, zones_of

CONNECT_PATIENCE_S = 3.0
LISTEN_S = 0.2
"""After the questions were asked: whoever answered meanwhile is heard now."""
DNS = 53


def look(args: argparse.Namespace, site: Site) -> Iterator[Tried]:
    """Everything that concerns this site, each probe once. Raises Refused where the kernel does not let us ask."""
    try:
        ports = observe()
        zones = zones_of(site, ports)
        with Ear(port.name for port in ports) as ear:
            there = ask(_wanted(site, zones))
            heard = tuple(ear.listen(LISTEN_S))
    except OSError as error:
        raise Refused(f"claim-gateway diagnose: {os.strerror(error.errno or 0)}. run it as root") from error
    yield from _rules(args)
    wrong = [one for one in contradictions(site, ports, heard) if one.kind is not Kind.NO_LINK]
    yield Tried(Probe.CABLES, _good(not wrong), "; ".join(one.text(args.lang) for one in wrong))
    yield from _links(site, ports, zones)
    yield from _neighbours(site, there)
    if site.relay is not None:
        yield from _share(site, site.relay, args.site.absolute().parent)
    yield from _answers(site)


def _rules(args: argparse.Namespace) -> Iterator[Tried]:
    try:
        status = carried_out(args, Status())
    except (Refused, Denied) as error:
        yield Tried(Probe.RULES, Outcome.UNKNOWN, str(error))
        return
    yield Tried(Probe.RULES, _good(status["table"] and not status["latched"]))
    if "up" in (tunnel := status.get("tunnel") or {}):
        yield Tried(Probe.TUNNEL, _good(tunnel["up"]))


def _links(site: Site, ports: Iterable[Port], zones: Mapping[str, Zone]) -> Iterator[Tried]:
    linked = {zones[port.name]: port for port in ports if port.name in zones}
    for probe, asked in (
        (Probe.LAN_LINK, (Zone.LAN,)),
        (Probe.TERMINAL_LINK, TERMINAL_ZONES),
        (Probe.LINE_LINK, (Zone.WAN,)),
    ):
        declared = [zone for zone in asked if part(site, zone) is not None]
        dark = [zone for zone in declared if zone not in linked or not linked[zone].link]
        if declared:
            yield Tried(probe, _good(not dark), ", ".join(f"{zone}" for zone in dark))


def _wanted(site: Site, zones: Mapping[str, Zone]) -> tuple[Wanted, ...]:
    ports = {zone: port for port, zone in zones.items()}
    return tuple((ports[zone], address) for zone, address in _declared(site) if zone in ports)


def _declared(site: Site) -> Iterator[tuple[Zone, IpAddress]]:
    """Whoever can be asked for by one address, in a family this box has there."""
    for zone in Zone:
        found = part(site, zone)
        versions = {one.version for one in found.addresses} if found else set()
        for address in _hosts(found):
            if address.version in versions:
                yield zone, address


def _hosts(found: LanZone | TerminalZone | WanZone | None) -> Iterator[IpAddress]:
    match found:
        case LanZone(receipt_pcs=pcs):
            yield from (one.network_address for pc in pcs for one in pc.networks if one.num_addresses == 1)
        case TerminalZone(terminals=terminals):
            yield from (address for terminal in terminals for address in terminal.addresses)
        case WanZone(uplink=uplink) if uplink.static:
            yield from uplink.static.next_hop


def _neighbours(site: Site, there: Mapping[Wanted, bool]) -> Iterator[Tried]:
    answered = {address for (_, address), found in there.items() if found}
    silent = [one for one in _terminals(site) if not answered & {*one.addresses}]
    yield Tried(Probe.TERMINAL, _good(not silent), ", ".join(str(one.address) for one in silent))
    for probe, zone in ((Probe.NEXT_HOP, Zone.WAN), (Probe.RECEIPT_PCS, Zone.LAN)):
        asked = [*_hosts(part(site, zone))]
        if asked:
            yield Tried(probe, _good(bool(answered & {*asked})), ", ".join(map(str, asked)))


def _share(site: Site, relay: Relay, site_folder: Path) -> Iterator[Tried]:
    """The relay's own way: the policy lets the box open it, or it is not tried."""
    share = relay.terminal
    sources = [one.network_address for one in own(site, Zone.CLAIM) if one.version == share.server.version]
    session = [Session(Zone.GATEWAY, Zone.CLAIM, source, share.server, Protocol.TCP, share.port) for source in sources]
    if not any(verdict(derive(site), one) for one in session):
        return
    try:
        with socket.create_connection((str(share.server), share.port), CONNECT_PATIENCE_S):
            yield Tried(Probe.SHARE, Outcome.GOOD)
    except OSError as error:
        yield Tried(Probe.SHARE, Outcome.WRONG, os.strerror(error.errno) if error.errno else "no answer")
        return
    # Where systemd hands the relay its secret from.
    os.environ.setdefault("CREDENTIALS_DIRECTORY", str(site_folder / "credentials"))
    try:
        require_credentials(share, site_folder)
        asyncio.run(_probe(relay, site_folder))
    except RelayRefused as error:
        yield Tried(Probe.LOGON, Outcome.UNKNOWN, str(error))
    except ShelfError as error:
        yield Tried(Probe.LOGON, Outcome.WRONG if isinstance(error, ShelfRefused) else Outcome.UNKNOWN, error.code)
    else:
        yield Tried(Probe.LOGON, Outcome.GOOD)


async def _probe(relay: Relay, site_folder: Path) -> None:
    shelf = terminal_shelf(relay.terminal, site_folder, Pace(), lambda _: None)
    try:
        await shelf.probe()
    finally:
        await shelf.close()


def _answers(site: Site) -> Iterator[Tried]:
    """What came back to the terminals from behind the line: this box may not ask there itself, so it looks at their sessions."""
    if way_out(site) is None or site.claim_system is None:
        return
    try:
        sessions = [one for one in tracked() if _is_outbound(site, one)]
    except PurgeError as error:
        yield Tried(Probe.SYSTEM, Outcome.UNKNOWN, str(error))
        return
    asked_names = any(str(DNS) in (str(one.tcp), str(one.udp)) for one in site.claim_system.services)
    if asked_names:
        yield _came_back(Probe.NAMES, [one for one in sessions if one.port == DNS])
    yield _came_back(Probe.SYSTEM, [one for one in sessions if one.protocol is Protocol.TCP and one.port != DNS])


def _came_back(probe: Probe, sessions: list[Connection]) -> Tried:
    answered = sum(one.answered for one in sessions)
    return Tried(probe, _good(answered > 0) if sessions else Outcome.UNKNOWN, f"{answered}/{len(sessions)}")


def _is_outbound(site: Site, one: Connection) -> bool:
    from_terminal = any(one.source in terminal.addresses for terminal in _terminals(site))
    system = site.claim_system
    return from_terminal and system is not None and any(one.destination in network for network in system.networks)


def _terminals(site: Site) -> tuple[Terminal, ...]:
    zones = (part(site, zone) for zone in TERMINAL_ZONES)
    return tuple(terminal for zone in zones if isinstance(zone, TerminalZone) for terminal in zone.terminals)


def _good(is_good: bool) -> Outcome:  # noqa: FBT001  (the one fact it turns into a word)
    return Outcome.GOOD if is_good else Outcome.WRONG

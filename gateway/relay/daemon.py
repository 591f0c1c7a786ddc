"""The relay as one process: who does what, starting, stopping, and telling systemd."""

import asyncio
import os
import random
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

from gateway.claims.names import name_trouble
from gateway.journal import tell
from gateway.journal.notify import notify, watchdog_interval_s
from gateway.relay import lease, messages
from gateway.relay.alone import alone
from gateway.relay.approvals import Approvals
from gateway.relay.arrivals import Arrivals
from gateway.relay.chores import Chores
from gateway.relay.clearing import Clearing
from gateway.relay.clock import Clocks
from gateway.relay.collector import Collector, sweep
from gateway.relay.courier import Courier
from gateway.relay.directory import DirectoryShelf
from gateway.relay.durable import DiskLied
from gateway.relay.errors import RelayRefused
from gateway.relay.hands import Hands
from gateway.relay.hints import Hints
from gateway.relay.inspection import expected, scanner
from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.notes import Notes
from gateway.relay.pace import Pace
from gateway.relay.parcel import Direction
from gateway.relay.places import Places
from gateway.relay.presence import Presence
from gateway.relay.route import Route
from gateway.relay.sftp_drop.declared import sftp_drop
from gateway.relay.sftp_drop.reception import Reception
from gateway.relay.share_hints import ShareHints
from gateway.relay.shelf import Shelf
from gateway.relay.slip import Letterhead
from gateway.relay.spool import Spool
from gateway.relay.terminal import require_credentials, terminal_shelf
from gateway.relay.two_lanes import TwoLanes
from gateway.site.model import Relay, Site

STATUS_EVERY_S = 10.0
THREADS = 16  # Python's default on two cores is six: a terminal that hangs could keep them all from our own disk


class RelayFailed(Exception):
    """The disk or the ledger failed under the running relay: one line. Starting again would not help."""


def run(site: Site, site_folder: Path, state_dir: Path, pace: Pace, clocks: Clocks) -> None:
    """Run until SIGTERM or SIGINT. Raises RelayRefused before anything is touched, RelayFailed later."""
    if site.relay is None:
        raise RelayRefused(
            "the site declares no relay:. add relay: to the site file, or do not start it", wrong_input=True
        )
    places = Places(state_dir)
    require_credentials(site.relay.terminal, site_folder)
    try:
        places.prepare(releasers(site.relay))
    except OSError as error:
        raise RelayRefused(
            f"{places.root}: {os.strerror(error.errno or 0)}. make it writable for the relay's user"
        ) from error
    lease.ignore_breaks()
    with alone(places.lock):
        try:
            asyncio.run(_run(site, site.relay, site_folder, places, pace, clocks=clocks))
        except BaseExceptionGroup as group:
            cause = _fatal(group)
            if not isinstance(cause, DiskLied | LedgerError):
                raise cause from None
            tell(messages.FAILED, cause=str(cause))
            raise RelayFailed(str(cause)) from group
        except LedgerError as error:
            raise RelayRefused(str(error)) from error


async def _run(site: Site, declared: Relay, site_folder: Path, places: Places, pace: Pace, *, clocks: Clocks) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, "relay"))
    presence = Presence(asleep_is_normal=_asleep_is_normal(site, declared))
    small, large = (terminal_shelf(declared.terminal, site_folder, pace, presence.heard) for _ in range(2))
    terminal = TwoLanes(small, large)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(terminal.close)
        if not (places.ledger.exists() and places.ledger.stat().st_size):
            _refuse_forgotten(places)  # before SQLite makes a new one, and throws a log without its ledger away
        ledger = stack.enter_context(Ledger.open(places.ledger))
        # Nothing was ever sealed, nor begun: a taking is no fact yet. What was pruned is another matter.
        if ledger.head().sequence == 1 and not ledger.parcels(1):
            _refuse_forgotten(places)
        await serve(
            site,
            declared,
            site_folder=site_folder,
            places=places,
            pace=pace,
            terminal=terminal,
            ledger=ledger,
            presence=presence,
            clocks=clocks,
        )


async def serve(
    site: Site,
    declared: Relay,
    *,
    site_folder: Path,
    places: Places,
    pace: Pace,
    terminal: Shelf,
    ledger: Ledger,
    presence: Presence,
    clocks: Clocks,
) -> None:
    """Carry files between the people's folder and `terminal` until a stopping signal comes."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    people = DirectoryShelf(places.root, pace.deadline)
    route = Route(people, terminal, declared.terminal, declared.returns)
    spool = Spool(places.spool, places.drop)
    head = Letterhead(site.site.name, site.responsible, releasers(declared))
    notes = Notes(people, ledger, head, clocks.wall)
    hands = Hands(
        spool=spool,
        ledger=ledger,
        route=route,
        notes=notes,
        clearing=Clearing(places, route),
        presence=presence,
        expected={direction: expected(site, direction) for direction in Direction},
        clock=clocks.wall,
        jitter=random.random,
        scanner=scanner(declared, pace),
    )
    async with asyncio.TaskGroup() as group:
        courier = Courier(ledger, hands, pace, group, clocks.wall)
        arrivals = Arrivals(
            places=places,
            courier=courier,
            hands=hands,
            notes=notes,
            expected=expected(site, Direction.CLAIM),
            pace=pace,
            clocks=clocks,
        )
        collector = Collector(route, courier, ledger, pace, clocks, spool=places.spool)
        approvals = Approvals(
            places=places,
            people=people,
            ledger=ledger,
            courier=courier,
            notes=notes,
            pace=pace,
            clocks=clocks,
            releasers=head.releasers,
        )
        chores = Chores(
            site=site,
            declared=declared,
            places=places,
            people=people,
            ledger=ledger,
            courier=courier,
            presence=presence,
            head=head,
            pace=pace,
            clocks=clocks,
        )
        hints = Hints(places.drop)
        held_hints = Hints(places.held, places.decisions)
        share_hints = ShareHints(terminal, route.returns_folder)
        await sweep(people, ledger)
        if unknown := spool.sweep(ledger):
            tell(messages.SPOOL_UNKNOWN, files=unknown)
        courier.resume()
        tell(messages.STARTED, waiting=courier.waiting)
        await arrivals.look()
        tasks = [
            group.create_task(arrivals.watch(hints)),
            group.create_task(hints.watch()),
            group.create_task(approvals.watch(held_hints)),
            group.create_task(held_hints.watch()),
            group.create_task(collector.watch(share_hints)),
            group.create_task(share_hints.watch()),
            group.create_task(chores.watch()),
            group.create_task(_report(courier, presence)),
        ]
        reception = Reception(ledger=ledger, spool=spool, courier=courier, pace=pace, clocks=clocks, group=group)
        drop = sftp_drop(
            site,
            site_folder=site_folder,
            places=places,
            releasers=head.releasers,
            clocks=clocks,
            reception=reception,
        )
        if drop is not None:
            tasks.append(group.create_task(drop.watch()))
        notify("READY=1")
        await stopping.wait()
        notify("STOPPING=1")
        tell(messages.STOPPED, waiting=courier.waiting)
        for task in tasks:
            task.cancel()
        reception.stop()
        courier.stop()


def releasers(declared: Relay) -> tuple[str, ...]:
    """Who may release a held file by moving it, as far as a folder can bear their name."""
    people = [person.name for person in declared.drop.people if person.may_release]
    return tuple(name for name in people if name_trouble(name) is None)


def _refuse_forgotten(places: Places) -> None:
    """A ledger that knows nothing beside files that were carried is a lost one: numbers would start at 01回目 again."""
    spooled = any("." not in file.name for file in places.spool.iterdir())
    if spooled or any(file.is_file() for file in places.delivered.rglob("*")):
        raise RelayRefused(
            f"{places.ledger}: it is missing or empty, but parcels lie in {places.spool} or were delivered before."
            " run: claim-gateway files rebuild (with --from a backup if there is one); or move both folders away to begin anew"
        )


async def _report(courier: Courier, presence: Presence) -> None:
    """Tell systemd that the loop still turns, and people what it does."""
    interval = min(STATUS_EVERY_S, watchdog_interval_s() or STATUS_EVERY_S)
    while True:
        share = "answers" if presence.up else "does not answer"
        notify("WATCHDOG=1", f"STATUS={courier.waiting} parcels on their way; the terminal's share {share}")
        await asyncio.sleep(interval)


def _asleep_is_normal(site: Site, declared: Relay) -> bool:
    zones = (site.zones.claim, site.zones.qualification)
    terminals = [terminal for zone in zones if zone for terminal in zone.terminals]
    return any(declared.terminal.server in terminal.addresses and terminal.asleep_is_normal for terminal in terminals)


def _fatal(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The failure of disk or ledger behind a group, if there is one; else the first error, which is a bug."""
    for error in _leaves(group):
        if isinstance(error, DiskLied | LedgerError):
            return error
    return next(_leaves(group))


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error

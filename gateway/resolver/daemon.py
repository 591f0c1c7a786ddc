"""The resolver as a process: every name asked for in time, every answer handed over. It keeps nothing itself."""

import asyncio
import signal
import socket
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from dns.asyncresolver import Resolver

from gateway.journal import tell
from gateway.journal.notify import notify, watchdog_interval_s
from gateway.policy.learned import LASTS_LEAST, LASTS_MOST, Learned
from gateway.resolver import messages
from gateway.resolver.question import Unanswered, ask, servers
from gateway.site.model import Site

SOCKET = "names"
"""The enforcer's datagram socket in its run directory."""
RETRY_S = 15.0
"""After no answer. What was learned before holds until its own time is over; nothing makes it longer."""


def names(site: Site) -> tuple[str, ...]:
    """Every host name the site declares."""
    return tuple(dict.fromkeys(name for update in site.updates for name in update.names))


def again_after(learned: Learned) -> timedelta:
    """When to ask again: at half the time, so that the next answer comes before the last one ends. Pure."""
    return min(max(learned.lasts, LASTS_LEAST), LASTS_MOST) / 2


def run(site: Site, run_dir: Path) -> None:
    """Until SIGTERM or SIGINT."""
    asyncio.run(_serve(site, run_dir))


async def _serve(site: Site, run_dir: Path) -> None:
    resolver = servers(site.management.dns if site.management else ())
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    tasks = [asyncio.create_task(keep(resolver, name, run_dir / SOCKET), name=name) for name in names(site)]
    if (interval_s := watchdog_interval_s()) is not None:
        tasks.append(asyncio.create_task(_turn(interval_s), name="watchdog"))
    notify("READY=1")
    ended = asyncio.create_task(stopping.wait())
    await asyncio.wait((ended, *tasks), return_when=asyncio.FIRST_COMPLETED)
    await _end((ended, *tasks))


async def _turn(interval_s: float) -> None:
    """Tell systemd that the loop turns, for ever."""
    while True:
        notify("WATCHDOG=1")
        await asyncio.sleep(interval_s)


async def _end(tasks: Iterable[asyncio.Task[object]]) -> None:
    """Cancel all; an exception that ended one of them is a bug and is raised."""
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome


async def keep(resolver: Resolver, name: str, enforcer: Path) -> None:
    """Ask for one name and hand its answer over, for ever."""
    silent = False
    while True:
        try:
            learned = await ask(resolver, name)
        except Unanswered as error:
            if not silent:
                tell(messages.UNANSWERED, name=name, reason=str(error))
            silent = True
            await asyncio.sleep(RETRY_S)
            continue
        silent = False
        taken = _handed_over(learned, enforcer)
        await asyncio.sleep(again_after(learned).total_seconds() if taken else RETRY_S)


def _handed_over(learned: Learned, enforcer: Path) -> bool:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)) as line:
        try:
            line.sendto(learned.encoded(), str(enforcer))
        except OSError as error:
            tell(messages.UNDELIVERED, reason=error.strerror or str(error))
            return False
    return True

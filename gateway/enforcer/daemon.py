"""The enforcer as one process: starting, attending to changes, keeping the clock, serving requests, telling systemd."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from gateway.enforcer import messages, requests
from gateway.enforcer.box import Box, Request
from gateway.enforcer.change import Change, ChangeKind
from gateway.enforcer.clock import Clock, arm, clock_set_alarm
from gateway.enforcer.control import Control
from gateway.enforcer.declared import declared
from gateway.enforcer.desired import THIS_BOX, OwnEnd
from gateway.enforcer.drops import Drops
from gateway.enforcer.errors import Busy, EnforcerError
from gateway.enforcer.held import Door
from gateway.enforcer.lock import alone
from gateway.enforcer.names import Names
from gateway.enforcer.part import PartError
from gateway.enforcer.person import myself
from gateway.enforcer.proof import CONFIRM_ONLY, Proof
from gateway.enforcer.service import perform, status
from gateway.enforcer.store import Store
from gateway.enforcer.tunnel import kept
from gateway.enforcer.upkeep import RETRY_S, Upkeep
from gateway.enforcer.watch.poll import POLL_S
from gateway.enforcer.watch.watch import Watch
from gateway.journal import tell
from gateway.journal.notify import notify, watchdog_interval_s
from gateway.policy.learned import Learned
from gateway.site.values import IpAddress
from gateway.tunnel.session import Keeper

CHANGES_MAX = 256
"""More waiting changes say no more than "read everything": the rest waits in the kernel, or is lost there and told so."""
WORK_MAX_S = 180.0
"""What one apply may take where everything it asks comes just within its own limit; after that systemd starts another."""
T = TypeVar("T")
_CHANGING = requests.Apply | requests.Rollback | requests.Confirm


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the enforcer keeps what, and what it takes its first site from."""

    state_dir: Path
    run_dir: Path
    site_file: Path | None = None
    clock: Clock = field(default_factory=Clock)
    proof: Proof = CONFIRM_ONLY
    own_end: OwnEnd = THIS_BOX
    poll_s: float = POLL_S
    """How often what raises no event is read."""


def run(setting: Setting) -> None:
    """Run until SIGTERM or SIGINT. Raises EnforcerError or a PartError if it cannot start; then the box stays closed."""
    store = Store(setting.state_dir)
    with alone(store.root, f"the enforcer: {myself()}"):
        asyncio.run(Daemon(setting, store).serve())


class Daemon:
    """One run. Everything that meets the kernel or the disk happens in one worker thread, one thing after the other."""

    def __init__(self, setting: Setting, store: Store) -> None:
        self._setting = setting
        self._store = store
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="box")
        self._watch = Watch(self._own_port, setting.poll_s)
        self._changes: asyncio.Queue[Change] = asyncio.Queue(CHANGES_MAX)
        self._hurry = asyncio.Event()
        self._changing = ""
        self._keeper = Keeper(setting.own_end.door)
        self._door: Door
        self._box: Box
        self._upkeep: Upkeep

    async def serve(self) -> None:
        """Start, say so, and work until a stopping signal comes."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        try:
            # Subscribed first: what happens while the box is made as declared is not missed.
            with self._watch:
                await self._work(loop, stopping)
        finally:
            self._worker.shutdown()

    async def _work(self, loop: asyncio.AbstractEventLoop, stopping: asyncio.Event) -> None:
        await self._in_worker(self._start)
        control = await Control.listening(self._setting.run_dir, self._perform)
        names = Names(self._setting.run_dir, self._learn)
        async with asyncio.TaskGroup() as group:
            loop.add_signal_handler(signal.SIGHUP, lambda: group.create_task(self._reload()))
            tasks = [group.create_task(control.serve()), group.create_task(self._watch.run(self._changes))]
            tasks += [group.create_task(names.run()), group.create_task(Drops(lambda: self._box.declared).run())]
            tasks += [group.create_task(kept(self._keeper))]
            tasks += [group.create_task(job()) for job in (self._keep, self._watch_clock, self._report)]
            notify("READY=1")
            await stopping.wait()
            notify("STOPPING=1")
            tell(messages.STOPPED)
            for task in tasks:
                task.cancel()

    def _own_port(self) -> int:
        return self._door.nft.port_id()

    def _start(self) -> None:
        self._door = Door()
        setting = self._setting
        self._box = Box(
            self._store,
            setting.run_dir,
            clock=setting.clock,
            door=self._door.nft,
            proof=setting.proof,
            own_end=setting.own_end,
            keeper=self._keeper,
        )
        self._upkeep = Upkeep(self._box)
        outcome = self._box.start(setting.site_file)
        self._upkeep.settle()
        tell(messages.STARTED, digest=outcome.entry.short, protection=self._door.protection)
        file = setting.site_file
        if file is not None and not self._box.is_in_force(file):
            tell(messages.FILE_DIFFERS, file=str(file), digest=outcome.entry.short)

    async def _keep(self) -> None:
        """Attend to changes as they come, and to the clock when it asks."""
        while True:
            wait = await self._guarded(self._upkeep.keep_time)
            changes = await self._next_changes(wait if wait is not None else RETRY_S)
            if changes:
                before = self._upkeep.repairs
                await self._guarded(partial(self._upkeep.attend, changes))
                if self._upkeep.repairs != before:
                    # Our own repair is heard as well. One more reading covers whatever came meanwhile.
                    self._drain()
                    self._changes.put_nowait(Change(ChangeKind.POLL, None, "after a repair"))
            elif self._upkeep.failing:
                await self._guarded(partial(self._upkeep.attend, (Change(ChangeKind.POLL, None, "once more"),)))

    async def _next_changes(self, wait_s: float) -> list[Change]:
        """What has changed, after at most `wait_s`; empty when nothing did, or when somebody wants the clock kept."""
        heard = asyncio.create_task(self._changes.get())
        hurried = asyncio.create_task(self._hurry.wait())
        timeout = None if wait_s == float("inf") else wait_s
        try:
            await asyncio.wait((heard, hurried), timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hurried.cancel()
            if not heard.done():
                heard.cancel()
        self._hurry.clear()
        return [heard.result(), *self._drain()] if heard.done() and not heard.cancelled() else []

    def _drain(self) -> list[Change]:
        drained = []
        while not self._changes.empty():
            drained.append(self._changes.get_nowait())
        return drained

    async def _guarded(self, act: Callable[[], T]) -> T | None:
        """What fails here was told, or is told now, and is tried again; it must not end the enforcer."""
        try:
            return await self._in_worker(act)
        except (EnforcerError, OSError, *PartError) as error:
            reason = (str(error),)
            if self._upkeep.failing != reason:
                tell(messages.NOT_REPAIRED, reason=str(error))
            self._upkeep.failing = reason
            return None

    async def _watch_clock(self) -> None:
        """The time was set, or the box slept: windows are not where they were."""
        alarm, loop, rang = clock_set_alarm(), asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(alarm, rang.set)
        try:
            while True:
                await rang.wait()
                rang.clear()
                arm(alarm)
                tell(messages.CLOCK_SET)
                self._hurry.set()
        finally:
            loop.remove_reader(alarm)
            os.close(alarm)

    async def _report(self) -> None:
        """Tell systemd that loop and worker turn. Without a watchdog nobody listens, and nothing wakes up.

        A worker that is at one thing for long, a proof say, is no reason to be killed; one that never ends it is.
        """
        while True:
            interval, began = watchdog_interval_s(), time.monotonic()
            state = asyncio.ensure_future(self._in_worker(self._state))
            while not (await asyncio.wait((state,), timeout=interval))[0]:
                busy_s = time.monotonic() - began
                if busy_s < WORK_MAX_S:
                    notify("WATCHDOG=1", f"STATUS=at work for {busy_s:.0f} s")
            notify("WATCHDOG=1", f"STATUS={state.result()}")
            if interval is None:
                return
            await asyncio.sleep(interval)

    def _state(self) -> str:
        entry, left = self._box.standing.in_force, self._box.trial_left_s
        trial = "" if left is None else f" on trial for {left:.0f} s"
        drift = "NOT AS DECLARED: " + self._upkeep.failing[0] if self._upkeep.failing else "as declared"
        return f"site {entry.short if entry else 'none'}{trial}; {drift}; {self._upkeep.repairs} repairs"

    async def _learn(self, learned: Learned) -> tuple[IpAddress, ...]:
        return await self._guarded(lambda: self._box.learn(learned)) or ()

    async def _reload(self) -> None:
        """SIGHUP: the site file as it is now, confirmed at once; a wrong one changes nothing."""
        notify("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")
        try:
            file = self._setting.site_file
            if file is not None:
                await self._in_worker(
                    lambda: declared(file, self._setting.own_end)
                )  # its mistakes are told by the name people know
                text = await self._in_worker(file.read_bytes)
                await self._in_worker(lambda: self._box.apply(Request(text, "systemctl reload")))
                self._hurry.set()
        except (EnforcerError, OSError) as error:
            tell(messages.REFUSED, reason=str(error), state="what was in force stays")
        finally:
            notify("READY=1")

    async def _perform(self, request: requests.Request, who: str) -> dict[str, Any]:
        if not isinstance(request, _CHANGING):
            return await self._done(request, who)
        if self._changing:
            raise Busy(f"{self._changing} is applying. wait for that to end")
        self._changing = who
        try:
            return await self._done(request, who)
        except EnforcerError:
            # What came back with the refusal may not be what the state directory now says: one reading settles it.
            with suppress(asyncio.QueueFull):
                self._changes.put_nowait(Change(ChangeKind.POLL, None, "after a refusal"))
            raise
        finally:
            self._changing = ""

    async def _done(self, request: requests.Request, who: str) -> dict[str, Any]:
        answer = await self._in_worker(lambda: self._answer(request, who))
        self._hurry.set()  # a deadline, a window or a grant may be new
        return answer

    def _answer(self, request: requests.Request, who: str) -> dict[str, Any]:
        if not isinstance(request, requests.Status):
            return perform(self._box, request, who)
        upkeep = self._upkeep
        return status(self._box) | {
            "pid": os.getpid(),
            "protection": self._door.protection,
            "repairs": upkeep.repairs,
            "last_repair": upkeep.last
            and {"at": upkeep.last.at.isoformat(), "what": upkeep.last.what, "who": upkeep.last.who},
            "failing": list(upkeep.failing),
            "missing_ports": list(upkeep.missing),
            "troubles": list(upkeep.troubles),
        }

    async def _in_worker(self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, act)

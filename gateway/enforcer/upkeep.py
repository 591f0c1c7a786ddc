"""What the daemon does between requests: repairs what others changed, and opens, shuts and takes back by the clock."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.enforcer import barrier, connections, doors, messages
from gateway.enforcer.box import Box
from gateway.enforcer.bystanders import Bystanders
from gateway.enforcer.change import Change, ChangeKind
from gateway.enforcer.repair import Repaired, repair
from gateway.journal import tell
from gateway.policy.schedule import schedule

SHUT_FIRST = {ChangeKind.RULES, ChangeKind.ROUTING_RULE, ChangeKind.LOST}
"""What could open a way: the barrier goes up before anything is read."""
RETRY_S = 1.0
PROVE_EVERY_S = 3600.0
"""What nobody's event told and no poll sees is found by the proof within this time."""
LOOK_S = 60.0
"""How often windows are looked at while the clock is not to be believed."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Last:
    """The last repair, for `status`."""

    at: datetime
    what: str
    who: str


class Upkeep:
    """Every method is for the box's own thread."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self.repairs = 0
        self.last: Last | None = None
        self.failing: tuple[str, ...] = ()
        """Why the box is not as declared at this moment; empty when it is."""
        self.missing: tuple[str, ...] = ()
        self.troubles: tuple[str, ...] = ()
        """What is wrong with a program beside the rules."""
        self.clock_believed = True
        self._proved_at = time.monotonic()
        self._bystanders = Bystanders()
        self._open: dict[str, str] = {}

    def attend(self, changes: Iterable[Change]) -> None:
        """Something changed: shut, read again, repair, open."""
        changes, began = tuple(changes), time.monotonic()
        wanted = self._box.declared
        if wanted is None:
            return
        alarming = any(change.kind in SHUT_FIRST for change in changes)
        if alarming:
            barrier.shut(wanted.desired, self._box.door)
        doubted = alarming or bool(self.failing) or any(change.kind is ChangeKind.DUE for change in changes)
        done = repair(wanted.desired, self._box.door, self._box.proof_in_force, doubted=doubted)
        if doubted or done.found:
            self._proved_at = began
        self._tell(changes, done, round((time.monotonic() - began) * 1000))
        if done.whole:
            barrier.open_again(self._box.door)
            self._bystanders.look(self._box.observe())
            if done.found:
                self.set_windows()  # a table made anew has forgotten them
        else:
            barrier.shut(wanted.desired, self._box.door)

    def settle(self) -> None:
        """At the start, when everything was made as declared."""
        self._bystanders.look(self._box.observe())

    def keep_time(self) -> float:
        """Do what the clock asks for. Returns the seconds until it asks again."""
        left = self._box.trial_left_s
        if left is not None and left <= 0:
            self._box.take_back("nobody confirmed in time")
            left = None
        waits = [RETRY_S] if self.failing else []
        waits += [left] if left is not None else []
        waits += self.set_windows()
        waits += self._watch_grants()
        waits += [self._prove_in_time()]
        return max(0.05, min(waits, default=float("inf")))

    def _prove_in_time(self) -> float:
        """Ask the proof when its hour has come. Returns the seconds until the next."""
        left = self._proved_at + PROVE_EVERY_S - time.monotonic()
        if left <= 0:
            self.attend((Change(ChangeKind.DUE, None, ""),))
            left = PROVE_EVERY_S
        return left

    def set_windows(self) -> list[float]:
        """Every window as the schedule wants it. Returns the seconds until the schedule changes, if it ever does."""
        wanted = self._box.declared
        if wanted is None:
            return []
        windows = self._box.windows()
        if not windows:
            return []
        self._say_whether_the_clock_is_believed()
        due = doors.due(windows, self._box.observe().sets)
        if due:
            self._box.set_doors(due)
        now_open = {door.set_name: doors.spoken(door.left) for door in windows if door.left >= timedelta(seconds=1)}
        if self._open.keys() - now_open.keys():
            # The kernel shut them by itself; what ran through them ends, so that it cannot resume tomorrow.
            connections.purge(wanted.desired.policy, self._box.observe())
        for name in now_open.keys() - self._open.keys():
            tell(messages.WINDOW_OPENED, window=name, lasts=now_open[name])
        for name in self._open.keys() - now_open.keys():
            tell(messages.WINDOW_CLOSED, window=name)
        self._open = now_open
        if not self.clock_believed:
            return [LOOK_S]
        now = self._box.clock.now()
        change = schedule(wanted.desired.policy, now).next_change
        return [] if change is None else [(change - now).total_seconds()]

    def _say_whether_the_clock_is_believed(self) -> None:
        believed = self._box.clock.synchronised()
        if believed != self.clock_believed:
            tell(messages.CLOCK_BELIEVED if believed else messages.CLOCK_UNKNOWN)
        self.clock_believed = believed

    def _watch_grants(self) -> list[float]:
        """The kernel shuts grants; the journal and the connections behind them are ours."""
        wanted = self._box.declared
        if wanted is None or not self._box.has_grants:
            return []
        openings = [one for one in self._box.grants() if one.open_for is not None]
        now_open = frozenset(one.name for one in openings)
        over = self._box.granted - now_open
        if over:
            connections.purge(wanted.desired.policy, self._box.observe())
        for name in over:
            tell(messages.GRANT_OVER, grant=name)
        self._box.granted = set(now_open)
        return [one.open_for.total_seconds() + RETRY_S for one in openings if one.open_for is not None]

    def _tell(self, changes: tuple[Change, ...], done: Repaired, took_ms: int) -> None:
        for port in set(done.missing) - set(self.missing):
            tell(messages.PORT_MISSING, port=port)
        for port in set(self.missing) - set(done.missing):
            tell(messages.PORT_BACK, port=port)
        self.missing = done.missing
        if done.found:
            what, who = _shown(map(str, done.found)), _who(changes)
            tell(messages.DRIFT, who=who, told=_shown(f"{one.kind}: {one.what}" for one in changes), what=what)
            if done.whole:
                self.repairs += 1
                self.last = Last(self._box.clock.now(), what, who)
                tell(messages.REPAIRED, took_ms=took_ms, differences=len(done.found), cut=done.cut)
        if done.troubles and done.troubles != self.troubles:
            tell(messages.PROGRAM_TROUBLED, reason=_shown(done.troubles))
        self.troubles = done.troubles
        if done.failures and done.failures != self.failing:
            tell(messages.NOT_REPAIRED, reason=_shown(done.failures))
        self.failing = done.failures


def _who(changes: Iterable[Change]) -> str:
    return ", ".join(dict.fromkeys(str(change.who) for change in changes if change.who)) or "unknown"


def _shown(texts: Iterable[str]) -> str:
    every = tuple(dict.fromkeys(texts))
    more = f"; and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return "; ".join(every[:_SHOWN]) + more

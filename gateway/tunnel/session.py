"""The tunnel kept up: charon given what it lacks, providers called by priority, and everything that happens told.

One thread (`run`), in the network namespace of the box. It asks nobody's leave: what it may bring up is what `want` last
said, which the enforcer says when the policy is proved and in force.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.journal import Loggable, Message, tell
from gateway.policy.places import Carrier
from gateway.tunnel import charon, link, messages
from gateway.tunnel.certificates import WARN_BEFORE, Fault, judge
from gateway.tunnel.charon import Ready
from gateway.tunnel.credentials import Certified
from gateway.tunnel.decide import Call, HangUp, Pace, Tries, Way, actions, failed
from gateway.tunnel.door import CALL_TIMEOUT_S, DOOR, Answer, CharonGoneError, CharonRefusedError, Door
from gateway.tunnel.errors import TunnelError
from gateway.tunnel.message import child_names, provider_of
from gateway.tunnel.model import Tunnel
from gateway.tunnel.part import prepared
from gateway.tunnel.reason import Why, tells, why
from gateway.tunnel.up import Up, standing

LOOK_EVERY_S = 1.0
"""Between two looks when no event comes."""
TICK_S = 0.1
"""After an event charon's log still comes, and with it the reason."""
TRY_S = 15.0
"""How long one provider may take. A tunnel comes up in 5 to 50 ms and a round trip or two; a new key in seconds."""
CREDENTIALS_EVERY_S = 60.0
"""A renewed certificate is in use after this, without anybody's restart."""
RECONNECT_S = (0.1, 5.0)
"""First and longest pause before charon's door is tried again."""
STEADY_S = 30.0
"""A tunnel that falls sooner counts as a failed call: a provider that lets in and throws out is not called without end."""
RECENT_S = 60.0
"""What charon said longer ago is not why a tunnel falls now; a silent provider is given up after 26 s."""
TOLD_LINES = 50
_EVENTS = ("ike-updown", "child-updown", "log")


class Keeper:
    """Keeps one tunnel up until told otherwise. `run` is for a thread of its own; the other methods are for any thread."""

    def __init__(
        self, door: Path = DOOR, *, pace: Pace | None = None, try_s: float = TRY_S, look_every_s: float = LOOK_EVERY_S
    ) -> None:
        self._path = door
        self._pace = pace or Pace()
        self._try_s = try_s
        self._look_every_s = look_every_s
        self._lock = threading.Lock()
        self._hands = threading.Lock()
        self._changed = threading.Event()
        self._ends = threading.Event()
        self._wanted: Tunnel | None = None
        self._folder = Path()
        self._ready: tuple[Ready, ...] = ()
        self._wishes = 0
        self._read_for, self._read_at = 0, float("-inf")
        self._tries: dict[str, Tries] = {}
        self._up: dict[str, tuple[float, Up]] = {}
        self._told: dict[str, str] = {}
        self._lines: dict[str, deque[tuple[float, str]]] = {}
        self._gone = False

    def want(self, tunnel: Tunnel | None, folder: Path) -> None:
        """Keep this one up from now on; None: take down what is up. `folder` is the site file's."""
        with self._lock:
            self._wanted, self._folder = tunnel, folder
            self._wishes += 1
        for one in tunnel.connections if tunnel else ():
            if one.allowed_weak:
                tell(messages.WEAK, provider=one.name, words=", ".join(one.allowed_weak))
            if one.version == 1:
                tell(messages.VERSION_1, provider=one.name)
        self._changed.set()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is loaded or unloaded meanwhile: for an apply, which does that itself and must not meet the former site."""
        with self._hands:
            yield

    def stop(self) -> None:
        """End `run` soon; the tunnel stays as it is."""
        self._ends.set()
        self._changed.set()

    def run(self) -> None:
        """Until `stop`. Nothing that charon, the kernel or a file does ends it."""
        pause_s = RECONNECT_S[0]
        had_one = False
        while not self._ends.is_set():
            if self._wanted is None and not had_one:
                self._wait(None)
                continue
            had_one = True
            try:
                with Door(self._path) as ear, Door(self._path) as mouth:
                    self._greet(mouth)
                    pause_s = RECONNECT_S[0]
                    had_one = self._listen(ear, mouth)
            except (CharonGoneError, CharonRefusedError) as error:
                self._miss(str(error))
                had_one = self._wanted is not None
                self._wait(pause_s)
                pause_s = min(RECONNECT_S[1], pause_s * 2)

    def _wait(self, seconds: float | None) -> None:
        self._changed.wait(seconds)
        self._changed.clear()

    def _greet(self, mouth: Door) -> None:
        if self._gone:
            tell(messages.CHARON_BACK, version=str(mouth.ask("version").get("version", "")))
        self._gone = False
        self._tries.clear()
        self._up = {}

    def _miss(self, reason: str) -> None:
        if not self._gone and self._wanted is not None:
            tell(messages.CHARON_GONE, reason=reason)
            self._gone = True
        self._up = {}

    def _listen(self, ear: Door, mouth: Door) -> bool:
        """Until charon breaks off (CharonGoneError), or nothing is wanted any more: then False."""
        self._round(mouth)
        due_s = time.monotonic() + self._look_every_s
        for event in ear.listen(_EVENTS, TICK_S):
            if self._ends.is_set():
                return False
            match event:
                case ("log", said):
                    self._hear(said)
                case (_, _):
                    due_s = min(due_s, time.monotonic() + TICK_S)
            if time.monotonic() >= due_s:
                self._round(mouth)
                due_s = time.monotonic() + self._look_every_s
                if self._wanted is None:
                    return False
        return False

    def _hear(self, said: Answer) -> None:
        line = str(said.get("msg", ""))
        if tells(line):
            name = str(said.get("ikesa-name", ""))
            self._lines.setdefault(name, deque(maxlen=TOLD_LINES)).append((time.monotonic(), line))

    def _round(self, mouth: Door) -> None:
        if not self._hands.acquire(blocking=False):
            return  # somebody is changing what stands; there is another round in a second
        try:
            with self._lock:
                wanted, folder, wish = self._wanted, self._folder, self._wishes
            self._refresh(wanted, folder, wish)
            self._notice(standing(mouth))
            self._load(mouth, wanted)
        except TunnelError as error:
            self._tell_once("", str(error), messages.NOT_AS_WANTED, reason=str(error))
            return
        finally:
            self._hands.release()
        self._told.pop("", None)
        for way in _ways(wanted, self._ready):
            self._serve(mouth, way)

    def _refresh(self, wanted: Tunnel | None, folder: Path, wish: int) -> None:
        """Read the credentials anew from time to time; lead into charon's own device again once charon has made it."""
        if wanted is not None and wanted.link.carrier is Carrier.TUN:
            link.apply(step for step in link.steps(wanted, link.observe()) if step.add)
        if wish == self._read_for and time.monotonic() - self._read_at < CREDENTIALS_EVERY_S:
            return
        self._ready, unusable = prepared(wanted, folder)
        self._read_for, self._read_at = wish, time.monotonic()
        for index, reason in enumerate(unusable):
            self._tell_once(f"credentials {index}", reason, messages.UNUSABLE, reason=reason)
        if not unusable:
            self._told = {about: what for about, what in self._told.items() if not about.startswith("credentials ")}
        self._warn(datetime.now(UTC))

    def _warn(self, now: datetime) -> None:
        for one in self._ready:
            if not isinstance(one.material, Certified):
                continue
            provider = one.connection.name
            for found in judge(one.material, now):
                if found.fault is not Fault.OTHER_AUTHORITY:
                    level = _reminder(found.ends - now) if found.ends else ""
                    about = f"{provider} {found.which} {found.fault}"
                    self._tell_once(about, level, messages.CERTIFICATE, provider=provider, what=found.text)

    def _load(self, mouth: Door, wanted: Tunnel | None) -> None:
        """Give charon what it lacks. A provider's former settings serve until its new ones do, or can be read at all."""
        loaded = charon.observe(mouth)
        charon.load(mouth, self._ready, loaded)
        strangers = charon.strangers(self._ready, loaded)
        waiting = {one.name for one in wanted.connections} if wanted else set()
        waiting -= {one.connection.name for one in self._ready if one.name in self._up}
        kept = {one for one in strangers.connections if provider_of(one) in waiting and one in self._up}
        gone = tuple(one for one in strangers.connections if one not in kept)
        charon.unload(mouth, charon.Loaded(gone) if kept else replace(strangers, connections=gone))

    def _notice(self, ups: tuple[Up, ...]) -> None:
        """Tell what came up or went down since the last look."""
        now = {up.name: up for up in ups if up.children}
        for name in self._up.keys() - now.keys():
            since, up = self._up.pop(name)
            lasted_s = time.monotonic() - since
            if lasted_s < STEADY_S:
                self._tries[name] = self._failed(name)
            if any(other.provider == up.provider for other in now.values()):
                continue  # by its new settings it is up
            recent = (line for at, line in self._lines.pop(name, ()) if time.monotonic() - at < RECENT_S)
            lasted = str(timedelta(seconds=round(lasted_s)))
            tell(messages.DOWN, provider=up.provider, lasted=lasted, line=_shown(why(recent, was_up=True)))
        for name, up in now.items():
            since = self._up[name][0] if name in self._up else time.monotonic()
            self._up[name] = (since, up)
            if time.monotonic() - since >= STEADY_S:
                self._tries.pop(name, None)

    def _serve(self, mouth: Door, way: tuple[Ready, ...]) -> None:
        up = {one.name: frozenset(child.name for child in one.children) for _, one in self._up.values()}
        declared = Way(tuple((one.name, child_names(one.connection)) for one in way))
        for action in actions(declared, up, self._tries, time.monotonic(), self._pace):
            one = next(one for one in way if one.name == action.name)
            match action:
                case HangUp(name):
                    best = next(other for other in way if other.name in self._up)
                    tell(messages.BACK, provider=best.connection.name, other=one.connection.name)
                    self._up.pop(name, None)
                    charon.end(mouth, name)
                case Call(_, children):
                    self._call(mouth, one, children, way)

    def _call(self, mouth: Door, one: Ready, children: tuple[str, ...], way: tuple[Ready, ...]) -> None:
        began = time.monotonic()
        lines: deque[str] = deque(maxlen=TOLD_LINES)
        try:
            for child in children:
                self._initiate(mouth, one.name, child, lines)
        except CharonRefusedError as error:
            lines.append(str(error))
            charon.end(mouth, one.name)
            self._fail(one, why(lines))
            return
        self._told.pop(one.name, None)
        self._lines.pop(one.name, None)
        self._notice(standing(mouth))
        took_ms = round((time.monotonic() - began) * 1000)
        address = one.connection.address
        tell(messages.UP, provider=one.connection.name, address=address, took_ms=took_ms)
        if way[0].name != one.name:
            tell(messages.STANDS_IN, provider=one.connection.name, better=way[0].connection.name)

    def _initiate(self, mouth: Door, name: str, child: str, lines: deque[str]) -> None:
        said = {"ike": name, "child": child, "timeout": str(int(self._try_s * 1000)), "loglevel": "1"}
        within_s = self._try_s + CALL_TIMEOUT_S
        lines.extend(
            str(told.get("msg", "")) for told in mouth.stream("initiate", "control-log", said, within_s=within_s)
        )

    def _fail(self, one: Ready, reason: Why) -> None:
        self._tries[one.name] = self._failed(one.name)
        message = messages.BY_REASON.get(reason.reason, messages.FAILED)
        provider, address = one.connection.name, one.connection.address
        self._tell_once(one.name, reason.reason, message, provider=provider, address=address, line=_shown(reason))

    def _failed(self, name: str) -> Tries:
        lot = random.random()  # noqa: S311 - spreads load, hides nothing
        return failed(self._tries.get(name, Tries()), time.monotonic(), lot, self._pace)

    def _tell_once(self, about: str, what: str, message: Message, /, **fields: Loggable) -> None:
        """Say it unless it was the last thing said about this: a provider that is away all night is one line."""
        if self._told.get(about) != what:
            self._told[about] = what
            tell(message, **fields)


def _ways(wanted: Tunnel | None, ready: tuple[Ready, ...]) -> tuple[tuple[Ready, ...], ...]:
    by_provider = {one.connection.name: one for one in ready}
    groups = wanted.ways if wanted else ()
    usable = (tuple(by_provider[one.name] for one in group if one.name in by_provider) for group in groups)
    return tuple(way for way in usable if way)


def _reminder(left: timedelta) -> str:
    """Which of the reminders is due; one is said once."""
    return str(next((before.days for before in WARN_BEFORE if left <= before), "")) if left > timedelta() else "over"


def _shown(reason: Why) -> str:
    return reason.line or "strongSwan gave no reason"

"""Which provider to call, and when: by priority, with a growing and uneven pause, and back to the better one. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

JITTER = 0.25
"""The part of a pause that is drawn by lot: after a power cut a thousand clinics must not call in step."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait after a failure, seconds: twice as long after each, up to the longest."""

    first_s: float = 1.0
    longest_s: float = 60.0
    """A provider that is back after a night is found within a minute; one that is not hears from us once a minute."""
    return_s: float = 120.0
    """How much longer the better provider is left alone while another stands in: a call that fails costs seconds."""


@dataclass(frozen=True, slots=True)
class Tries:
    """What was tried with one connection. Times are seconds of one monotonic clock."""

    failures: int = 0
    not_before_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """Bring up `children` of connection `name`."""

    name: str
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HangUp:
    """Connection `name` is no longer needed: a better one is up."""

    name: str


Action = Call | HangUp


@dataclass(frozen=True, slots=True)
class Way:
    """Connections that lead to the same networks, in order of priority: the name of each, and of its children."""

    connections: tuple[tuple[str, tuple[str, ...]], ...]


def failed(tries: Tries, now_s: float, lot: float, pace: Pace) -> Tries:
    """After one more failure. `lot` is drawn evenly from 0 to 1."""
    pause = min(pace.longest_s, pace.first_s * 2.0 ** min(tries.failures, 16))
    return Tries(tries.failures + 1, now_s + pause * (1 - JITTER * lot))


def actions(
    way: Way, up: Mapping[str, frozenset[str]], tries: Mapping[str, Tries], now_s: float, pace: Pace
) -> tuple[Action, ...]:
    """What to do now. `up` says which children of which connection are up; a connection may be up without any."""
    return tuple(_actions(way, up, tries, now_s, pace))


def _actions(
    way: Way, up: Mapping[str, frozenset[str]], tries: Mapping[str, Tries], now_s: float, pace: Pace
) -> Iterator[Action]:
    whole = [name for name, children in way.connections if up.get(name, frozenset()) >= set(children)]
    if whole:
        yield from (HangUp(name) for name, _ in way.connections[_place(way, whole[0]) + 1 :] if name in up)
    for name, children in way.connections:
        if whole and name == whole[0]:
            return
        missing = tuple(child for child in children if child not in up.get(name, frozenset()))
        tried = tries.get(name, Tries())
        if now_s >= tried.not_before_s + (pace.return_s if whole and tried.failures else 0.0):
            yield Call(name, missing)
            return


def _place(way: Way, name: str) -> int:
    return [one for one, _ in way.connections].index(name)

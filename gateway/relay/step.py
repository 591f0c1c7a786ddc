"""The life of a parcel as a pure function: `step(parcel, event, now, pace) -> (parcel, effects)`.

    seen → settled → taking → taken → inspected → delivering → renaming → delivered → noted → retired
                                └────────────────── held ────────────────────┘

The caller commits the new state to the ledger before it begins an effect: intents before, facts after.
"""

from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from gateway.relay import effects as do
from gateway.relay.effects import Effect
from gateway.relay.events import (
    Begun,
    Busy,
    Engaged,
    Event,
    Expired,
    Failed,
    Inspected,
    Looked,
    Noted,
    NothingTaken,
    Numbered,
    Occupant,
    Published,
    Restarted,
    Shown,
    Taken,
    TargetLooked,
    Trouble,
    TwinLooked,
    Verified,
)
from gateway.relay.pace import Pace
from gateway.relay.parcel import Hold, Parcel, Reason, State, target_of

DIFFERENCES_MOST = 10  # a target that gives back other bytes ten times in a row will not do better the eleventh time

Outcome = tuple[Parcel, tuple[Effect, ...]]


class ImpossibleTransition(Exception):
    """An event that cannot happen in this state: a bug in the relay, never a user's mistake."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"a parcel that is {state} cannot meet {type(event).__name__}")


def step(parcel: Parcel, event: Event, now: datetime, pace: Pace) -> Outcome:
    """What becomes of the parcel, and what to do next, in order. Raises ImpossibleTransition.

    `now` dates folders once the parcel is taken. While it is only seen, quiet time counts on a clock that never jumps.
    """
    match parcel.state:
        case State.SEEN | State.SETTLED:
            return _still_outside(parcel, event, now, pace)
        case State.TAKING:
            return _taking(parcel, event, pace)
        case State.TAKEN | State.INSPECTED:
            return _inside(parcel, event, now, pace)
        case State.DELIVERING:
            return _delivering(parcel, event, pace)
        case State.RENAMING:
            return _renaming(parcel, event, pace)
        case _:
            return _arrived(parcel, event, pace)


def _still_outside(parcel: Parcel, event: Event, now: datetime, pace: Pace) -> Outcome:
    match parcel.state, event:
        case State.SEEN, Looked(fingerprint, whole):
            if fingerprint != parcel.fingerprint:
                return replace(parcel, fingerprint=fingerprint, quiet_since=now), ()
            if now - parcel.quiet_since >= (pace.settle if whole else max(pace.settle, pace.incomplete)):
                return replace(parcel, state=State.SETTLED), (do.Engage(),)
            return parcel, ()
        case _, NothingTaken():
            return replace(parcel, state=State.FORGOTTEN), ()
        case State.SETTLED, Busy() | Failed():
            return replace(parcel, state=State.SEEN, quiet_since=now), ()
        case State.SETTLED, Engaged():
            return replace(parcel, state=State.TAKING), (do.Take(),)
    raise ImpossibleTransition(parcel.state, event)


def _taking(parcel: Parcel, event: Event, pace: Pace) -> Outcome:
    match event:
        case Busy():
            # The bytes are in the spool with a writer still attached, or somebody has the share's file open.
            return _again(parcel, Failed(Trouble.TRANSIENT, jitter=0.0), pace, do.Take())
        case Failed() as failure:
            return _again(parcel, failure, pace, do.Take())
        case NothingTaken():
            return replace(parcel, state=State.FORGOTTEN), ()
        case Taken(digest, size):
            return replace(parcel, state=State.TAKEN, digest=digest, size=size, failures=0), (do.Inspect(),)
        case Restarted():
            return parcel, (do.LookInSpool(),)
    raise ImpossibleTransition(parcel.state, event)


def _inside(parcel: Parcel, event: Event, now: datetime, pace: Pace) -> Outcome:
    match parcel.state, event:
        case State.TAKEN, Restarted():
            return parcel, (do.Inspect(),)
        case State.TAKEN, Inspected(summary, reasons, twin_id):
            parcel = replace(parcel, summary=summary)
            if reasons:
                return _held(parcel, *reasons)
            return parcel, ((do.LookForTwin(twin_id),) if twin_id else (do.Number(),))
        case _, Failed(Trouble.FAULT):
            return _held(parcel, Hold.FAULT)
        case State.TAKEN, Failed() as failure:
            return _again(parcel, failure, pace, do.Inspect())
        case State.TAKEN, TwinLooked(there, number, target):
            if there:
                parcel = replace(parcel, number=number, target=PurePosixPath(target), duplicate=True)
                return replace(parcel, state=State.DELIVERED, failures=0), (do.Note(),)
            return parcel, (do.Number(),)
        case State.TAKEN, Numbered(number):
            numbered = replace(parcel, number=number, target=target_of(parcel, number, now))
            return replace(numbered, state=State.INSPECTED, failures=0), (do.Begin(),)
        case State.INSPECTED, Begun() | Restarted():
            return _next_attempt(parcel)
    raise ImpossibleTransition(parcel.state, event)


def _delivering(parcel: Parcel, event: Event, pace: Pace) -> Outcome:
    match event:
        case Verified():
            return replace(parcel, state=State.RENAMING), (do.Publish(),)
        case Failed(Trouble.BUG):
            return _held(parcel, Hold.REFUSED)
        case Failed(Trouble.FAULT):
            return _held(parcel, Hold.FAULT)
        case Failed() as failure:
            parcel = replace(parcel, differed=parcel.differed + failure.differed)
            if parcel.differed >= DIFFERENCES_MOST:
                return _held(parcel, Hold.NEVER_THE_SAME)
            waiting, (wait,) = _again(parcel, failure, pace)
            attempt, effects = _next_attempt(waiting)
            return attempt, (wait, *effects)
        case Restarted():
            # The rename is asked for only once `renaming` is in the ledger, so the final name cannot be ours yet.
            return _next_attempt(parcel)
    raise ImpossibleTransition(parcel.state, event)


def _renaming(parcel: Parcel, event: Event, pace: Pace) -> Outcome:
    match event:
        case Published() | TargetLooked(Occupant.OURS):
            return replace(parcel, state=State.DELIVERED, failures=0, differed=0), (do.Note(),)
        case Failed(Trouble.BUG | Trouble.FAULT):
            return _held(parcel, Hold.UNKNOWN_DELIVERY)
        case Failed() as failure:
            return _again(parcel, failure, pace, do.LookAtTarget())
        case Restarted():
            return parcel, (do.LookAtTarget(),)
        case TargetLooked(Occupant.OTHER):
            return _held(parcel, Hold.OCCUPIED)
        case TargetLooked(Occupant.NOTHING, temporary):
            return _next_attempt(parcel) if temporary else _held(parcel, Hold.UNKNOWN_DELIVERY)
    raise ImpossibleTransition(parcel.state, event)


def _arrived(parcel: Parcel, event: Event, pace: Pace) -> Outcome:
    match parcel.state, event:
        case State.DELIVERED, Noted():
            return replace(parcel, state=State.NOTED, failures=0), ()
        case State.DELIVERED, Failed() as failure:
            return _again(parcel, failure, pace, do.Note())
        case State.DELIVERED, Restarted():
            return parcel, (do.Note(),)
        case State.NOTED, Expired():
            return replace(parcel, state=State.RETIRED), (do.EraseSpool(),)
        case State.RETIRED, Failed():
            return parcel, ()  # the next start sweeps the spool
        case State.HELD, Shown():
            return replace(parcel, shown=True), ()
        case State.HELD, Failed() as failure if not parcel.shown:
            return _again(parcel, failure, pace, do.ShowHeld())
        case State.HELD, Restarted() if not parcel.shown:
            return parcel, (do.ShowHeld(),)
    raise ImpossibleTransition(parcel.state, event)


def _next_attempt(parcel: Parcel) -> Outcome:
    return replace(parcel, state=State.DELIVERING, attempt=parcel.attempt + 1), (do.PutVerified(),)


def _held(parcel: Parcel, *reasons: Reason) -> Outcome:
    return replace(parcel, state=State.HELD, reasons=tuple(map(str, reasons))), (do.ShowHeld(),)


def _again(parcel: Parcel, failure: Failed, pace: Pace, *effects: Effect) -> Outcome:
    failures = parcel.failures + 1
    # What a person must mend is not mended in a second: ask at the slowest pace from the start.
    transient = failure.trouble is Trouble.TRANSIENT
    wait = pace.retry_after(failures, failure.jitter) if transient else pace.retry_most
    return replace(parcel, failures=failures), (do.Wait(wait), *effects)

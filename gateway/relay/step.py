"""The life of a parcel as a pure function: `step(parcel, event, now, pace) -> (parcel, effects)`.

    seen → settled → taking → taken → inspected → delivering → renaming → delivered → noted → retired → cleared
                                └────────────────── held ────────────────────┘                  │
                                                     └───────────── rejected ───────────────────┘

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
    Kept,
    Looked,
    Noted,
    NothingTaken,
    Numbered,
    Occupant,
    PlacedErased,
    Published,
    Rejected,
    Released,
    Restarted,
    Shown,
    Taken,
    TargetLooked,
    Trouble,
    TwinLooked,
    Unshown,
    Verified,
    Withdrawn,
)
from gateway.relay.pace import Pace
from gateway.relay.parcel import NEVER_RELEASED, Hold, Parcel, Reason, State, target_of

DIFFERENCES_MOST = 10  # a target that gives back other bytes ten times in a row will not do better the eleventh time
BUGS_MOST = 5  # an answer we have no word for may be a server in trouble; one that comes five times is its answer

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
        case State.TAKEN:
            return _taken(parcel, event, now, pace)
        case State.INSPECTED:
            return _inspected(parcel, event)
        case State.DELIVERING:
            return _delivering(parcel, event, pace)
        case State.RENAMING:
            return _renaming(parcel, event, pace)
        case State.DELIVERED:
            return _delivered(parcel, event, pace)
        case State.HELD:
            return _waiting(parcel, event, pace)
        case State.REJECTED:
            return _rejected(parcel, event, pace)
        case _:
            return _at_rest(parcel, event)


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


def _taken(parcel: Parcel, event: Event, now: datetime, pace: Pace) -> Outcome:
    match event:
        case Restarted():
            return parcel, (_first(parcel, do.Inspect()),)
        case Unshown():
            return replace(parcel, shown=False, failures=0), (do.Inspect(),)
        case Inspected(summary, reasons, twin_id):
            overruled = {*parcel.reasons} - NEVER_RELEASED
            parcel = replace(parcel, summary=summary)
            if {*reasons} - overruled:
                return _held(parcel, *reasons)
            return parcel, ((do.LookForTwin(twin_id),) if twin_id else (do.Number(),))
        case Failed(Trouble.FAULT):
            return _held(parcel, Hold.FAULT)
        case Failed() as failure:
            return _again(parcel, failure, pace, _first(parcel, do.Inspect()))
        case TwinLooked(there, number, target):
            if there:
                parcel = replace(parcel, number=number, target=PurePosixPath(target), duplicate=True)
                return replace(parcel, state=State.DELIVERED, failures=0, reasons=()), (do.Note(),)
            return parcel, (do.Number(),)
        case Numbered(number):
            numbered = replace(parcel, number=number, target=target_of(parcel, number, now), reasons=())
            return replace(numbered, state=State.INSPECTED, failures=0), (do.Begin(),)
    raise ImpossibleTransition(parcel.state, event)


def _inspected(parcel: Parcel, event: Event) -> Outcome:
    match event:
        case Begun() | Restarted():
            return _next_attempt(parcel)
        case Failed(Trouble.FAULT):
            return _held(parcel, Hold.FAULT)
    raise ImpossibleTransition(parcel.state, event)


def _delivering(parcel: Parcel, event: Event, pace: Pace) -> Outcome:
    match event:
        case Verified():
            return replace(parcel, state=State.RENAMING), (do.Publish(),)
        case Failed(Trouble.FAULT):
            return _held(parcel, Hold.FAULT)
        case Failed() as failure:
            parcel = _wondered(parcel, failure)
            if failure.trouble is Trouble.BUG and parcel.differed >= BUGS_MOST:
                return _held(parcel, Hold.REFUSED)
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
            return replace(parcel, state=State.DELIVERED, failures=0, differed=0, reasons=()), (do.Note(),)
        case Failed(Trouble.FAULT):
            return _held(parcel, Hold.UNKNOWN_DELIVERY)
        case Failed() as failure:
            parcel = _wondered(parcel, failure)
            if failure.trouble is Trouble.BUG and parcel.differed >= BUGS_MOST:
                return _held(parcel, Hold.UNKNOWN_DELIVERY)
            return _again(parcel, failure, pace, _first(parcel, do.LookAtTarget()))
        case Restarted():
            return parcel, (_first(parcel, do.LookAtTarget()),)
        case Unshown():
            return replace(parcel, shown=False, failures=0), (do.LookAtTarget(),)
        case TargetLooked(Occupant.OTHER) if parcel.reasons:
            # Released all the same: its own name is taken by what is surely not ours, so it gets the next number.
            return replace(parcel, state=State.TAKEN), (do.Inspect(),)
        case TargetLooked(Occupant.OTHER):
            return _held(parcel, Hold.OCCUPIED)
        case TargetLooked(Occupant.NOTHING, temporary):
            # A person who released it looked at the terminal; without their word the file may be on its way already.
            sure = temporary or parcel.reasons
            return _next_attempt(parcel) if sure else _held(parcel, Hold.UNKNOWN_DELIVERY)
    raise ImpossibleTransition(parcel.state, event)


def _delivered(parcel: Parcel, event: Event, pace: Pace) -> Outcome:
    match event:
        case Noted():
            return replace(parcel, state=State.NOTED, failures=0), ()
        case Failed() as failure:
            return _again(parcel, failure, pace, do.Note())
        case Restarted():
            return parcel, (do.Note(),)
    raise ImpossibleTransition(parcel.state, event)


def _waiting(parcel: Parcel, event: Event, pace: Pace) -> Outcome:
    match event:
        case Shown():
            return replace(parcel, shown=True, failures=0), ()
        case Failed() as failure if not parcel.shown:
            return _again(parcel, failure, pace, do.ShowHeld())
        case Restarted() if not parcel.shown:
            return parcel, (do.ShowHeld(),)
        case Released(by, why) if parcel.releasable:
            # What has no number was never near the target. What has one may lie there: look before anything else.
            state = State.RENAMING if parcel.number else State.TAKEN
            return _decided(parcel, state, by, why)
        case Released():
            return parcel, ()
        case Rejected(by, why):
            return _decided(parcel, State.REJECTED, by, why)
        case Withdrawn():
            return _decided(parcel, State.REJECTED, "", "")
        case Expired(Kept.PLACED):
            return replace(parcel, state=State.RETIRED), (do.EraseSpool(), do.ErasePlaced())
    raise ImpossibleTransition(parcel.state, event)


def _rejected(parcel: Parcel, event: Event, pace: Pace) -> Outcome:
    match event:
        case Unshown():
            return replace(parcel, shown=False, failures=0), ()
        case Failed() as failure if parcel.shown:
            return _again(parcel, failure, pace, do.Unshow())
        case Restarted() if parcel.shown:
            return parcel, (do.Unshow(),)
        case Expired(Kept.SPOOL) if not parcel.shown:
            return replace(parcel, state=State.RETIRED), (do.EraseSpool(),)
    raise ImpossibleTransition(parcel.state, event)


def _at_rest(parcel: Parcel, event: Event) -> Outcome:
    match parcel.state, event:
        case State.NOTED, Expired(Kept.SPOOL):
            return replace(parcel, state=State.RETIRED), (do.EraseSpool(),)
        case State.RETIRED, Expired(Kept.PLACED):
            return parcel, (do.EraseSpool(), do.ErasePlaced())
        case State.RETIRED, PlacedErased():
            return replace(parcel, state=State.CLEARED), (do.EraseNames(),)
        case State.CLEARED | State.FORGOTTEN, Expired(Kept.PLACED):
            return parcel, (do.EraseNames(),)
        case State.RETIRED | State.CLEARED | State.FORGOTTEN, Failed():
            return parcel, ()  # what is left is asked for again tomorrow
    raise ImpossibleTransition(parcel.state, event)


def _first(parcel: Parcel, effect: Effect) -> Effect:
    """What a released parcel goes on with: 保留 is put in order before anything can be held there anew."""
    return do.Unshow() if parcel.shown else effect


def _decided(parcel: Parcel, state: State, by: str, why: str) -> Outcome:
    decided = replace(parcel, state=state, decided_by=by, decided_why=why)
    return replace(decided, failures=0, differed=0, shown=True), (do.Unshow(),)


def _wondered(parcel: Parcel, failure: Failed) -> Parcel:
    return replace(parcel, differed=parcel.differed + (failure.differed or failure.trouble is Trouble.BUG))


def _next_attempt(parcel: Parcel) -> Outcome:
    attempt = replace(parcel, state=State.DELIVERING, attempt=parcel.attempt + 1, reasons=())
    return attempt, (do.PutVerified(),)


def _held(parcel: Parcel, *reasons: Reason) -> Outcome:
    held = replace(parcel, state=State.HELD, reasons=tuple(map(str, reasons)), shown=False, failures=0)
    return held, (do.ShowHeld(),)


def _again(parcel: Parcel, failure: Failed, pace: Pace, *effects: Effect) -> Outcome:
    failures = parcel.failures + 1
    # What a person must mend is not mended in a second: ask at the slowest pace from the start.
    transient = failure.trouble in {Trouble.TRANSIENT, Trouble.BUG}
    wait = pace.retry_after(failures, failure.jitter) if transient else pace.retry_most
    return replace(parcel, failures=failures), (do.Wait(wait), *effects)

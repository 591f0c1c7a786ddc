from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.claims.reader import read
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
from gateway.relay.parcel import Direction, Fingerprint, Hold, Parcel, State
from gateway.relay.step import DIFFERENCES_MOST, ImpossibleTransition, step
from tests.claims.synthetic import claim_file

NOON = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)
PACE = Pace()
FIRST = Fingerprint(100, "first")
SUMMARY = read([claim_file()])
DIGEST = "d" * 64
HICCUP = Failed(Trouble.TRANSIENT, jitter=0.0)


def seen() -> Parcel:
    return Parcel(
        id="a" * 32,
        direction=Direction.CLAIM,
        name="RECEIPTC.UKE",
        source=b"RECEIPTC.UKE",
        fingerprint=FIRST,
        seen_at=NOON,
        quiet_since=NOON,
    )


def play(parcel: Parcel, *events: Event) -> tuple[Parcel, list[Effect]]:
    """Feed the events in order; the parcel at the end, and all effects asked for, waits left out."""
    asked: list[Effect] = []
    for event in events:
        parcel, effects = step(parcel, event, NOON + timedelta(minutes=1), PACE)
        asked += [effect for effect in effects if not isinstance(effect, do.Wait)]
    return parcel, asked


TO_TAKEN = (Looked(FIRST, whole=True), Engaged(), Taken(DIGEST, 100))
TO_DELIVERING = (*TO_TAKEN, Inspected(SUMMARY, ()), Numbered(1), Begun())
TO_RENAMING = (*TO_DELIVERING, Verified())
TO_NOTED = (*TO_RENAMING, Published(), Noted())


def test_a_good_day() -> None:
    parcel, asked = play(seen(), *TO_NOTED)

    assert parcel.state is State.NOTED
    assert parcel.target == PurePosixPath("2021-11/社保/01回目_1108-2311/RECEIPTC.UKE")
    assert asked == [
        do.Engage(), do.Take(), do.Inspect(), do.Number(), do.Begin(), do.PutVerified(), do.Publish(), do.Note(),
    ]  # fmt: skip


def test_a_file_that_still_changes_rests_anew() -> None:
    other = Fingerprint(200, "other")

    parcel, effects = step(seen(), Looked(other, whole=True), NOON + timedelta(seconds=60), PACE)

    assert (parcel.state, parcel.fingerprint, effects) == (State.SEEN, other, ())
    assert parcel.quiet_since == NOON + timedelta(seconds=60)


@pytest.mark.parametrize(("seconds", "settled"), [(4.9, False), (5.0, True)])
def test_five_quiet_seconds_settle_a_whole_file(seconds: float, settled: bool) -> None:
    parcel, _ = step(seen(), Looked(FIRST, whole=True), NOON + timedelta(seconds=seconds), PACE)

    assert (parcel.state is State.SETTLED) == settled


@pytest.mark.parametrize(("minutes", "settled"), [(9.9, False), (10.0, True)])
def test_an_incomplete_file_gets_ten_minutes_for_a_better_one(minutes: float, settled: bool) -> None:
    parcel, _ = step(seen(), Looked(FIRST, whole=False), NOON + timedelta(minutes=minutes), PACE)

    assert (parcel.state is State.SETTLED) == settled


def test_a_writer_at_the_last_moment_starts_the_quiet_time_again() -> None:
    parcel, _ = play(seen(), Looked(FIRST, whole=True), Busy())

    assert (parcel.state, parcel.quiet_since) == (State.SEEN, NOON + timedelta(minutes=1))


def test_a_crash_before_the_rename_into_the_spool_forgets_the_parcel() -> None:
    parcel, asked = play(seen(), Looked(FIRST, whole=True), Engaged(), Restarted(), NothingTaken())

    assert parcel.state is State.FORGOTTEN
    assert asked[-1] == do.LookInSpool()


def test_what_holds_a_file_holds_the_parcel_before_any_number_or_remote_effect() -> None:
    parcel, asked = play(seen(), *TO_TAKEN, Inspected(SUMMARY, ("truncated",)), Shown())

    assert (parcel.state, parcel.reasons, parcel.number, parcel.shown) == (State.HELD, ("truncated",), 0, True)
    assert do.Number() not in asked
    assert do.PutVerified() not in asked


def test_a_failed_attempt_is_followed_by_one_under_a_new_temporary_name_and_the_same_final_one() -> None:
    before, _ = play(seen(), *TO_DELIVERING)

    after, asked = play(before, HICCUP)

    assert asked == [do.PutVerified()]
    assert after.temporary != before.temporary
    assert after.target == before.target


def test_waits_double_and_end_at_a_minute() -> None:
    parcel, _ = play(seen(), *TO_DELIVERING)
    waits = []
    for _ in range(9):
        parcel, effects = step(parcel, HICCUP, NOON, PACE)
        waits += [effect.length.total_seconds() for effect in effects if isinstance(effect, do.Wait)]

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_what_a_person_must_mend_is_asked_for_once_a_minute() -> None:
    parcel, _ = play(seen(), *TO_DELIVERING)

    _, effects = step(parcel, Failed(Trouble.PERSON, jitter=0.9), NOON, PACE)

    assert effects[0] == do.Wait(timedelta(minutes=1))


def test_other_bytes_ten_times_hold_the_parcel() -> None:
    parcel, _ = play(seen(), *TO_DELIVERING)

    differed = [Failed(Trouble.TRANSIENT, jitter=0.0, differed=True)] * DIFFERENCES_MOST
    parcel, _ = play(parcel, *differed)

    assert (parcel.state, parcel.reasons) == (State.HELD, (Hold.NEVER_THE_SAME,))


@pytest.mark.parametrize("interruption", [HICCUP, Restarted()])
@pytest.mark.parametrize(
    ("looked", "state", "asked_last"),
    [
        (TargetLooked(Occupant.OURS, temporary=False), State.DELIVERED, do.Note()),
        (TargetLooked(Occupant.OTHER, temporary=False), State.HELD, do.ShowHeld()),
        (TargetLooked(Occupant.OTHER, temporary=True), State.HELD, do.ShowHeld()),
        (TargetLooked(Occupant.NOTHING, temporary=True), State.DELIVERING, do.PutVerified()),
        (TargetLooked(Occupant.NOTHING, temporary=False), State.HELD, do.ShowHeld()),
    ],
)
def test_after_a_lost_reply_the_target_decides(
    interruption: Event, looked: Event, state: State, asked_last: Effect
) -> None:
    parcel, asked = play(seen(), *TO_RENAMING, interruption, looked)

    assert do.LookAtTarget() in asked
    assert (parcel.state, asked[-1]) == (state, asked_last)


def test_the_same_file_still_there_is_noted_and_not_sent() -> None:
    there = TwinLooked(there=True, number=3, target="2021-11/社保/03回目_1107-0900/RECEIPTC.UKE")

    parcel, asked = play(seen(), *TO_TAKEN, Inspected(SUMMARY, (), "b" * 32), there, Noted())

    assert (parcel.state, parcel.duplicate, parcel.number) == (State.NOTED, True, 3)
    assert asked[-2:] == [do.LookForTwin("b" * 32), do.Note()]


def test_the_same_file_no_longer_there_is_sent_as_the_next_number() -> None:
    gone = TwinLooked(there=False, number=3, target="x")

    parcel, asked = play(seen(), *TO_TAKEN, Inspected(SUMMARY, (), "b" * 32), gone, Numbered(4), Begun())

    assert (parcel.state, parcel.number, asked[-1]) == (State.DELIVERING, 4, do.PutVerified())


def test_a_return_is_filed_under_the_month_it_was_fetched() -> None:
    parcel, _ = play(replace(seen(), direction=Direction.RETURN), *TO_DELIVERING)

    assert parcel.target == PurePosixPath("2026-11/社保/01回目_1108-2311/RECEIPTC.UKE")


def test_retention_over_erases_the_spool_copy() -> None:
    parcel, asked = play(seen(), *TO_NOTED, Expired())

    assert (parcel.state, asked[-1]) == (State.RETIRED, do.EraseSpool())


@pytest.mark.parametrize("event", [Published(), Noted(), Numbered(1), Taken(DIGEST, 1), Verified()])
def test_what_cannot_happen_is_a_bug(event: Event) -> None:
    with pytest.raises(ImpossibleTransition, match="seen cannot meet"):
        step(seen(), event, NOON, PACE)


EVENTS = st.sampled_from(
    [
        Looked(FIRST, whole=True), Looked(FIRST, whole=False), Looked(Fingerprint(1, "other"), whole=True), Engaged(),
        Busy(), Taken(DIGEST, 100), NothingTaken(), Inspected(SUMMARY, ()), Inspected(SUMMARY, ("truncated",)),
        Inspected(SUMMARY, (), "b" * 32), TwinLooked(there=True, number=1, target="a/b/c/d"),
        TwinLooked(there=False, number=1, target=""), Numbered(2), Begun(), Verified(), Published(), HICCUP,
        Failed(Trouble.PERSON, 0.5), Failed(Trouble.BUG, 0.5), Failed(Trouble.TRANSIENT, 0.0, differed=True),
        TargetLooked(Occupant.OURS, temporary=False), TargetLooked(Occupant.OTHER, temporary=True),
        TargetLooked(Occupant.NOTHING, temporary=True), TargetLooked(Occupant.NOTHING, temporary=False), Noted(),
        Shown(), Restarted(), Expired(),
    ]
)  # fmt: skip


@given(st.lists(EVENTS, max_size=60))
def test_whatever_happens_the_promises_hold(events: list[Event]) -> None:
    parcel = seen()
    for event in events:
        try:
            after, effects = step(parcel, event, NOON + timedelta(minutes=20), PACE)
        except ImpossibleTransition:
            continue
        # The name on the target never changes once it is fixed, and each attempt has a temporary of its own.
        assert parcel.target in (None, after.target)
        assert after.attempt >= parcel.attempt
        if do.PutVerified() in effects:
            assert after.attempt == parcel.attempt + 1
            assert (after.state, after.number > 0) == (State.DELIVERING, True)
        # A rename is asked for only after the target showed our bytes, and only once for an attempt.
        if do.Publish() in effects:
            assert (type(event), after.state) == (Verified, State.RENAMING)
        # `delivered` needs the target's word.
        if after.state is State.DELIVERED and parcel.state is not State.DELIVERED:
            assert isinstance(event, Published | TargetLooked | TwinLooked)
        # Whoever waits for something has asked for something: nobody is forgotten on the way.
        if after.state.moving and after.state is not State.SEEN:
            assert effects
        parcel = after


@given(st.lists(EVENTS, max_size=60))
def test_a_restart_goes_on_from_every_recorded_state(events: list[Event]) -> None:
    parcel = seen()
    for event in events:
        try:
            parcel, _ = step(parcel, event, NOON + timedelta(minutes=20), PACE)
        except ImpossibleTransition:
            continue
        if parcel.state.moving and parcel.state not in {State.SEEN, State.SETTLED}:
            _, effects = step(parcel, Restarted(), NOON, PACE)
            assert effects

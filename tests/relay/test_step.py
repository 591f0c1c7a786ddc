from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.claims.names import NameTrouble
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
from gateway.relay.parcel import Direction, Fingerprint, Hold, Parcel, State
from gateway.relay.step import DIFFERENCES_MOST, ImpossibleTransition, step
from tests.claims.synthetic import claim_file

NOON = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)
PACE = Pace()
FIRST = Fingerprint(100, "first")
SUMMARY = read([claim_file()])
DIGEST = "d" * 64
HICCUP = Failed(Trouble.TRANSIENT, jitter=0.0)
RELEASED = Released("山田", "院長が確認した")


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


def test_retention_over_erases_the_spool_copy_then_what_was_placed_then_the_name() -> None:
    parcel, asked = play(seen(), *TO_NOTED, Expired(Kept.SPOOL))
    assert (parcel.state, asked[-1]) == (State.RETIRED, do.EraseSpool())

    parcel, asked = play(parcel, Expired(Kept.PLACED), HICCUP, Expired(Kept.PLACED), PlacedErased(), HICCUP)
    assert parcel.state is State.CLEARED
    assert asked == [do.EraseSpool(), do.ErasePlaced(), do.EraseSpool(), do.ErasePlaced(), do.EraseNames()]

    assert play(parcel, Expired(Kept.PLACED)) == (parcel, [do.EraseNames()])


def test_a_held_file_that_nobody_decides_on_is_erased_like_a_delivered_one() -> None:
    parcel, asked = play(held("truncated"), Expired(Kept.PLACED), PlacedErased())

    assert (parcel.state, parcel.arrived) == (State.CLEARED, False)
    assert asked == [do.EraseSpool(), do.ErasePlaced(), do.EraseNames()]


@pytest.mark.parametrize("state", [state for state in State if state.moving])
@pytest.mark.parametrize("what", list(Kept))
def test_nothing_on_its_way_is_ever_erased(state: State, what: Kept) -> None:
    with pytest.raises(ImpossibleTransition):
        step(replace(seen(), state=state), Expired(what), NOON, PACE)


def held(*reasons: str, number: int = 0) -> Parcel:
    target = PurePosixPath("2021-11/社保/01回目_1108-2311/RECEIPTC.UKE") if number else None
    parcel, _ = play(seen(), *TO_TAKEN)
    return replace(parcel, state=State.HELD, reasons=reasons, number=number, target=target, shown=True)


def test_a_released_file_is_looked_at_again_and_travels() -> None:
    parcel, asked = play(held("truncated"), RELEASED, Unshown(), Inspected(SUMMARY, ("truncated",)), Numbered(1))

    assert asked == [do.Unshow(), do.Inspect(), do.Number(), do.Begin()]
    assert (parcel.state, parcel.reasons, parcel.decided_by) == (State.INSPECTED, (), "山田")


def test_a_release_overrules_what_the_person_saw_and_nothing_else() -> None:
    parcel, _ = play(held("scanner-down"), RELEASED, Unshown(), Inspected(SUMMARY, ("scanner-down", "virus")))

    assert (parcel.state, parcel.reasons) == (State.HELD, ("scanner-down", "virus"))


@pytest.mark.parametrize("reason", [Hold.VIRUS, *NameTrouble])
def test_what_nobody_may_overrule_stays_held(reason: str) -> None:
    before = held("truncated", reason)

    assert not before.releasable
    assert step(before, RELEASED, NOON, PACE) == (before, ())


def test_a_released_file_that_may_lie_at_the_target_is_looked_for_first() -> None:
    parcel, asked = play(
        held(Hold.UNKNOWN_DELIVERY, number=1), RELEASED, Unshown(), TargetLooked(Occupant.OURS, temporary=False)
    )

    assert asked == [do.Unshow(), do.LookAtTarget(), do.Note()]
    assert (parcel.state, parcel.arrived) == (State.DELIVERED, True)


def test_a_released_file_that_is_not_there_is_sent_under_its_own_name_once() -> None:
    gone = TargetLooked(Occupant.NOTHING, temporary=False)
    before = held(Hold.UNKNOWN_DELIVERY, number=1)

    parcel, asked = play(before, RELEASED, Unshown(), gone)
    assert (parcel.state, parcel.target, asked[-1]) == (State.DELIVERING, before.target, do.PutVerified())

    again, _ = play(parcel, Verified(), HICCUP, gone)
    assert (again.state, again.reasons) == (State.HELD, (Hold.UNKNOWN_DELIVERY,))


def test_a_released_file_whose_name_is_taken_gets_the_next_number() -> None:
    taken = TargetLooked(Occupant.OTHER, temporary=False)

    parcel, asked = play(held(Hold.OCCUPIED, number=1), RELEASED, Unshown(), taken, Inspected(SUMMARY, ()), Numbered(2))

    assert asked[1:] == [do.LookAtTarget(), do.Inspect(), do.Number(), do.Begin()]
    assert (parcel.number, str(parcel.target)) == (2, "2021-11/社保/02回目_1108-2311/RECEIPTC.UKE")


@pytest.mark.parametrize(
    ("event", "by"), [(Rejected("佐藤", "作り直した"), "佐藤"), (Withdrawn(), "")], ids=["said", "taken-away"]
)
def test_a_rejected_file_is_put_away_and_later_erased(event: Event, by: str) -> None:
    parcel, asked = play(held("truncated"), event, HICCUP, Unshown())
    assert (parcel.state, parcel.decided_by, parcel.shown, asked) == (
        State.REJECTED,
        by,
        False,
        [do.Unshow(), do.Unshow()],
    )

    parcel, asked = play(parcel, Expired(Kept.SPOOL))
    assert (parcel.state, asked, parcel.arrived) == (State.RETIRED, [do.EraseSpool()], False)


def test_an_answer_we_have_no_word_for_is_asked_for_five_times() -> None:
    strange = Failed(Trouble.BUG, jitter=0.0)
    parcel, _ = play(seen(), *TO_DELIVERING, *[strange] * 4)
    assert parcel.state is State.DELIVERING

    parcel, _ = play(parcel, strange)
    assert (parcel.state, parcel.reasons) == (State.HELD, (Hold.REFUSED,))


@pytest.mark.parametrize("event", [Published(), Noted(), Numbered(1), Taken(DIGEST, 1), Verified()])
def test_what_cannot_happen_is_a_bug(event: Event) -> None:
    with pytest.raises(ImpossibleTransition, match="seen cannot meet"):
        step(seen(), event, NOON, PACE)


EVENTS = st.sampled_from(
    [
        Looked(FIRST, whole=True), Looked(FIRST, whole=False), Looked(Fingerprint(1, "other"), whole=True), Engaged(),
        Busy(), Taken(DIGEST, 100), NothingTaken(), Inspected(SUMMARY, ()), Inspected(SUMMARY, ("truncated",)),
        Inspected(SUMMARY, ("virus",)), Inspected(SUMMARY, (), "b" * 32), Numbered(2), Begun(), Verified(), Published(),
        TwinLooked(there=True, number=1, target="a/b/c/d"), TwinLooked(there=False, number=1, target=""), HICCUP,
        Failed(Trouble.PERSON, 0.5), Failed(Trouble.BUG, 0.5), Failed(Trouble.FAULT, 0.5),
        Failed(Trouble.TRANSIENT, 0.0, differed=True), TargetLooked(Occupant.OURS, temporary=False),
        TargetLooked(Occupant.OTHER, temporary=True), TargetLooked(Occupant.NOTHING, temporary=True),
        TargetLooked(Occupant.NOTHING, temporary=False), Noted(), Shown(), RELEASED, Rejected("佐藤", "x"), Withdrawn(),
        Unshown(), Restarted(), Expired(Kept.SPOOL), Expired(Kept.PLACED), PlacedErased(),
    ]
)  # fmt: skip


@given(st.lists(EVENTS, max_size=80))
def test_whatever_happens_the_promises_hold(events: list[Event]) -> None:
    parcel = seen()
    for event in events:
        try:
            after, effects = step(parcel, event, NOON + timedelta(minutes=20), PACE)
        except ImpossibleTransition:
            continue
        # The name on the target changes only after a person's word, when what has it is surely not ours.
        if parcel.target not in (None, after.target):
            assert parcel.reasons
            assert isinstance(event, Numbered | TwinLooked)
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
        # Only a person's word leads out of `held` and onto the way; a virus is never on it.
        if parcel.state is State.HELD and after.state.moving:
            assert isinstance(event, Released)
            assert Hold.VIRUS not in parcel.reasons
        # Our own copy goes only when the parcel rests, and nothing is placed any more once it went.
        if do.EraseSpool() in effects:
            assert after.state is State.RETIRED
        parcel = after


@given(st.lists(EVENTS, max_size=80))
def test_a_restart_goes_on_from_every_recorded_state(events: list[Event]) -> None:
    parcel = seen()
    for event in events:
        try:
            parcel, _ = step(parcel, event, NOON + timedelta(minutes=20), PACE)
        except ImpossibleTransition:
            continue
        unfinished = parcel.state.moving or parcel.shown == (parcel.state is State.REJECTED)
        resting = {State.SEEN, State.SETTLED, State.NOTED, State.RETIRED, State.CLEARED, State.FORGOTTEN}
        if unfinished and parcel.state not in resting:
            _, effects = step(parcel, Restarted(), NOON, PACE)
            assert effects


def well_answered(effect: Effect, parcel: Parcel) -> Event | None:
    """What a world without any more trouble says to an effect."""
    answers: dict[type[Effect], Event] = {
        do.Engage: Engaged(),
        do.Take: Taken(DIGEST, 100),
        do.LookInSpool: Taken(DIGEST, 100),
        do.Inspect: Inspected(SUMMARY, ()),
        do.LookForTwin: TwinLooked(there=False, number=0, target=""),
        do.Number: Numbered(parcel.number + 1),
        do.Begin: Begun(),
        do.PutVerified: Verified(),
        do.Publish: Published(),
        do.LookAtTarget: TargetLooked(Occupant.NOTHING, temporary=True),
        do.Note: Noted(),
        do.ShowHeld: Shown(),
        do.Unshow: Unshown(),
        do.ErasePlaced: PlacedErased(),
    }
    return answers.get(type(effect))


@given(st.lists(EVENTS, max_size=80))
def test_after_any_history_a_restart_into_a_sound_world_brings_every_parcel_to_its_end(events: list[Event]) -> None:
    parcel = seen()
    for event in events:
        try:
            parcel, _ = step(parcel, event, NOON + timedelta(minutes=20), PACE)
        except ImpossibleTransition:
            continue
    if parcel.state in {State.SEEN, State.SETTLED}:
        return  # still its owner's: a restart sees it anew
    told = parcel.shown == (parcel.state is State.HELD)
    effects: tuple[Effect, ...] = ()
    if parcel.state.moving or (parcel.state in {State.HELD, State.REJECTED} and not told):
        parcel, effects = step(parcel, Restarted(), NOON, PACE)
    for _ in range(20):
        if not effects:
            break
        first, *rest = effects
        effects = tuple(rest)
        if (answer := well_answered(first, parcel)) is not None:
            parcel, effects = step(parcel, answer, NOON, PACE)

    assert not effects
    assert not parcel.state.moving

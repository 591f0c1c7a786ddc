"""Which provider is called and when, as a script."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.tunnel.decide import JITTER, Call, HangUp, Pace, Tries, Way, actions, failed

EAST, WEST = "east-1a", "west-2b"
WAY = Way(((EAST, ("e1", "e2")), (WEST, ("w1",))))
PACE = Pace(first_s=1, longest_s=8, return_s=100)
WHOLE_EAST, WHOLE_WEST = {EAST: frozenset({"e1", "e2"})}, {WEST: frozenset({"w1"})}


def test_the_first_is_called_first_and_alone() -> None:
    assert actions(WAY, {}, {}, 0, PACE) == (Call(EAST, ("e1", "e2")),)


def test_the_second_is_called_while_the_first_has_to_wait() -> None:
    assert actions(WAY, {}, {EAST: Tries(1, 5)}, 4, PACE) == (Call(WEST, ("w1",)),)
    assert actions(WAY, {}, {EAST: Tries(1, 5), WEST: Tries(1, 5)}, 4, PACE) == ()


def test_nothing_is_done_while_the_first_is_whole() -> None:
    assert actions(WAY, WHOLE_EAST, {}, 0, PACE) == ()


def test_what_is_missing_of_it_is_called_again() -> None:
    assert actions(WAY, {EAST: frozenset({"e1"})}, {}, 0, PACE) == (Call(EAST, ("e2",)),)


def test_while_one_stands_in_the_better_is_tried_more_rarely() -> None:
    tries = {EAST: Tries(1, 5)}
    assert actions(WAY, WHOLE_WEST, tries, 104, PACE) == ()
    assert actions(WAY, WHOLE_WEST, tries, 105, PACE) == (Call(EAST, ("e1", "e2")),)


def test_who_stood_in_goes_when_the_better_is_whole_and_not_before() -> None:
    part = {EAST: frozenset({"e1"})} | WHOLE_WEST
    assert HangUp(WEST) not in actions(WAY, part, {}, 0, PACE)
    assert actions(WAY, WHOLE_EAST | WHOLE_WEST, {}, 0, PACE) == (HangUp(WEST),)


@given(failures=st.integers(0, 10_000), lot=st.floats(0, 1), now_s=st.floats(0, 1e9))
def test_pauses_grow_to_a_bound_and_are_never_quite_the_same(failures: int, lot: float, now_s: float) -> None:
    after = failed(Tries(failures, 0), now_s, lot, PACE)
    whole = min(PACE.longest_s, PACE.first_s * 2.0 ** min(failures, 16))
    assert after.failures == failures + 1
    assert whole * (1 - JITTER) - 1e-6 <= after.not_before_s - now_s <= whole + 1e-6

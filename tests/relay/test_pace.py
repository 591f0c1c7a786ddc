from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.relay.pace import CARRIED_MOST_BYTES, SLOWEST_BYTES_PER_S, Pace, deadline_s


@given(failures=st.integers(1, 10_000), jitter=st.floats(0, 1, exclude_max=True))
def test_a_retry_never_waits_less_than_the_first_or_much_more_than_the_most(failures: int, jitter: float) -> None:
    pace = Pace()

    wait = pace.retry_after(failures, jitter)

    assert pace.retry_first <= wait <= pace.retry_most * 1.25


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (50, 60)])
def test_waits_double_up_to_the_most(failures: int, seconds: int) -> None:
    assert Pace().retry_after(failures, 0.0) == timedelta(seconds=seconds)


def test_a_deadline_grows_with_what_is_carried_and_not_for_ever() -> None:
    deadline = timedelta(seconds=30)

    assert deadline_s(deadline, 0) == 30
    assert deadline_s(deadline, 200 * SLOWEST_BYTES_PER_S) == 230
    assert deadline_s(deadline, 1 << 60) == 30 + CARRIED_MOST_BYTES / SLOWEST_BYTES_PER_S

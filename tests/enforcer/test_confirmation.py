from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.enforcer import confirmation
from gateway.enforcer.confirmation import HISTORY_MAX, Entry, Standing, Trial
from gateway.enforcer.errors import NotNow

NOON = datetime(2026, 11, 10, 3, tzinfo=UTC)


def entry(number: int) -> Entry:
    return Entry(number, f"{number:064x}", NOON, "root (test, pid 1)")


def with_confirmed(count: int) -> Standing:
    standing = Standing()
    for number in range(1, count + 1):
        standing = confirmation.adopted(standing, entry(number))
    return standing


def test_the_first_site_has_nothing_to_go_back_to_so_it_takes_no_trial() -> None:
    with pytest.raises(NotNow, match="no confirmed site to go back to"):
        confirmation.tried(Standing(), entry(1), 100.0, "boot")


def test_a_trial_is_in_force_but_a_start_knows_only_what_was_confirmed() -> None:
    standing = confirmation.tried(with_confirmed(1), entry(2), 100.0, "boot")
    assert standing.in_force == entry(2)
    assert standing.last == entry(1)


def test_confirmed_in_time_it_counts() -> None:
    standing = confirmation.confirmed(confirmation.tried(with_confirmed(1), entry(2), 100.0, "boot"))
    assert (standing.trial, standing.last, standing.next_number) == (None, entry(2), 3)


@pytest.mark.parametrize(
    ("now_s", "boot", "over"),
    [(99.9, "boot", False), (100.0, "boot", True), (0.5, "another", True), (1e9, "boot", True)],
)
def test_a_trial_ends_at_its_deadline_and_with_its_boot(now_s: float, boot: str, over: bool) -> None:
    assert confirmation.is_over(Trial(entry(2), 100.0, "boot"), now_s, boot) is over


def test_a_second_apply_waits_for_the_first_to_be_confirmed() -> None:
    trying = confirmation.tried(with_confirmed(1), entry(2), 100.0, "boot")
    with pytest.raises(NotNow, match=r"site 000000000000 of root \(test, pid 1\) waits to be confirmed"):
        confirmation.adopted(trying, entry(3))
    with pytest.raises(NotNow):
        confirmation.tried(trying, entry(3), 100.0, "boot")


def test_nothing_on_trial_cannot_be_confirmed() -> None:
    with pytest.raises(NotNow, match="nothing waits to be confirmed"):
        confirmation.confirmed(with_confirmed(2))


def test_earlier_counts_back_from_the_last() -> None:
    assert confirmation.earlier(with_confirmed(4), 3) == entry(1)
    for steps in (0, 4, 99):
        with pytest.raises(NotNow, match="at most 3 back"):
            confirmation.earlier(with_confirmed(4), steps)


def test_history_has_an_end_and_numbers_have_none() -> None:
    standing = with_confirmed(HISTORY_MAX + 5)
    assert len(standing.confirmed) == HISTORY_MAX
    assert standing.next_number == HISTORY_MAX + 6


@given(st.lists(st.sampled_from(["adopt", "try", "confirm", "withdraw"]), max_size=40))
def test_whatever_happens_what_was_confirmed_last_is_what_somebody_confirmed(steps: list[str]) -> None:
    """The one rule: a site nobody confirmed never becomes what a start puts in force."""
    standing, vouched = Standing(), None
    for step in steps:
        one = entry(standing.next_number)
        try:
            match step:
                case "adopt":
                    standing, vouched = confirmation.adopted(standing, one), one
                case "try":
                    standing = confirmation.tried(standing, one, 1.0, "boot")
                case "confirm":
                    trial = standing.trial
                    standing = confirmation.confirmed(standing)
                    vouched = trial.entry if trial else vouched
                case "withdraw":
                    standing = confirmation.withdrawn(standing)
        except NotNow:
            continue
        assert standing.last == vouched

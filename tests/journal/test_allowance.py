import pytest

from gateway.journal.allowance import Allowance, worth_saying


def test_so_many_in_a_spell_and_then_they_are_counted() -> None:
    allowance = Allowance(most=2, every_s=10)

    assert [allowance.left_out("taken", now) for now in (0, 1, 2, 9.9)] == [0, 0, 1, 2]
    assert allowance.left_out("taken", 10) == 0


def test_each_message_has_its_own() -> None:
    allowance = Allowance(most=1, every_s=10)

    assert [allowance.left_out(which, 0) for which in ("taken", "held", "taken", "held")] == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("count", "told"), [(0, False), (1, True), (2, False), (10, True), (11, False), (100, True), (200, False)]
)
def test_it_is_told_at_powers_of_ten(count: int, *, told: bool) -> None:
    assert worth_saying(count) is told

from datetime import UTC, datetime, timedelta

import pytest

from gateway.relay.clock import DOUBTED_FOR, SILENCE_MOST, doubted, system_clocks


def test_the_wall_clock_has_a_zone_and_the_steady_one_never_goes_back() -> None:
    clocks = system_clocks()
    first, second = clocks.steady(), clocks.steady()

    assert clocks.wall().utcoffset() == timedelta(0)
    assert first.utcoffset() == timedelta(0)
    assert second >= first


NOW = datetime(2026, 11, 8, 14, 0, tzinfo=UTC)
BOOT = datetime(1970, 1, 1, tzinfo=UTC)


def test_a_clock_that_goes_on_as_time_does_is_believed() -> None:
    first = doubted(None, NOW, BOOT, NOW - SILENCE_MOST)
    later = doubted(first, NOW + timedelta(days=93), BOOT + timedelta(days=93, minutes=-59), NOW)

    assert first.over
    assert later.over


@pytest.mark.parametrize("jump", [timedelta(days=5 * 365), -timedelta(days=5 * 365), timedelta(hours=2)])
def test_after_a_jump_it_is_doubted_for_a_day_of_time_that_passed(jump: timedelta) -> None:
    jumped = doubted(doubted(None, NOW, BOOT, NOW), NOW + jump, BOOT, NOW)
    early, late = (
        doubted(jumped, NOW + jump + passed, BOOT + passed, NOW) for passed in (timedelta(hours=23), DOUBTED_FOR)
    )

    assert [jumped.over, early.over, late.over] == [False, False, True]


def test_a_clock_far_ahead_of_all_the_ledger_knows_is_doubted_from_the_start() -> None:
    assert not doubted(None, NOW, BOOT, NOW - SILENCE_MOST - timedelta(seconds=1)).over

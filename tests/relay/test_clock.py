from datetime import timedelta

from gateway.relay.clock import system_clocks


def test_the_wall_clock_has_a_zone_and_the_steady_one_never_goes_back() -> None:
    clocks = system_clocks()
    first, second = clocks.steady(), clocks.steady()

    assert clocks.wall().utcoffset() == timedelta(0)
    assert first.utcoffset() == timedelta(0)
    assert second >= first

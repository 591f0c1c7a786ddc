import os
import select
import time

from gateway.enforcer.clock import Clock, arm, clock_set_alarm


def test_a_clock_a_person_vouches_for_is_believed() -> None:
    assert Clock(trusted=True).synchronised()


def test_the_kernel_is_asked_otherwise() -> None:
    assert Clock().synchronised() in (True, False)


def test_time_has_a_zone_and_the_boot_clock_only_goes_on() -> None:
    clock = Clock()
    assert clock.now().tzinfo is not None
    before = clock.up_s()
    time.sleep(0.01)
    assert clock.up_s() > before


def test_the_alarm_is_silent_while_nobody_sets_the_clock() -> None:
    alarm = clock_set_alarm()
    try:
        arm(alarm)
        assert select.select([alarm], [], [], 0.05) == ([], [], [])
    finally:
        os.close(alarm)

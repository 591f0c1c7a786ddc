from datetime import UTC, datetime, timedelta

from gateway.relay.sftp_drop import door
from gateway.relay.sftp_drop.door import Door, TurnedAway
from gateway.relay.sftp_drop.limits import Limits

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LIMITS = Limits(connections=6, of_one_address=3, half_open=4, half_open_of_one_address=2, failures=3)


def test_one_address_never_takes_all() -> None:
    guarded = Door(LIMITS)
    for _ in range(3):
        assert guarded.knock("a", NOW) is None
        guarded.entered("a")

    assert guarded.knock("a", NOW) is TurnedAway.TOO_MANY_OF_ADDRESS
    assert guarded.knock("b", NOW) is None


def test_half_open_connections_of_one_address_leave_room_for_another() -> None:
    guarded = Door(LIMITS)

    assert [guarded.knock("a", NOW) for _ in range(3)] == [None, None, TurnedAway.TOO_MANY_HALF_OPEN]
    assert guarded.knock("b", NOW) is None
    assert guarded.half_open == 3


def test_all_together_are_bounded() -> None:
    guarded = Door(LIMITS)
    for address in "abcdef":
        assert guarded.knock(address, NOW) is None
        guarded.entered(address)

    assert guarded.knock("g", NOW) is TurnedAway.TOO_MANY
    guarded.left("a")
    assert guarded.knock("g", NOW) is None


def test_who_fails_too_often_waits_a_minute_and_a_logon_forgives() -> None:
    guarded = Door(LIMITS)
    for _ in range(3):
        guarded.knock("a", NOW)
        guarded.failed("a", NOW)

    assert guarded.knock("a", NOW) is TurnedAway.FAILED_TOO_OFTEN
    assert guarded.knock("b", NOW) is None
    assert guarded.knock("a", NOW + timedelta(minutes=1)) is None
    guarded.entered("a")
    assert guarded.knock("a", NOW) is None


def test_a_thousand_addresses_that_fail_are_no_memory() -> None:
    guarded = Door(LIMITS)
    for number in range(door.ADDRESSES_MOST + 100):
        guarded.knock(str(number), NOW)
        guarded.failed(str(number), NOW)

    assert len(guarded._failures) == door.ADDRESSES_MOST
    assert guarded.connections == 0

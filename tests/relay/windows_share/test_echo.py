from datetime import UTC, datetime, timedelta

from gateway.relay.windows_share.echo import KNOWN_MOST, QUIET, Echo

NOW = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)


def test_a_thing_is_told_once_in_a_while() -> None:
    echo = Echo()

    assert echo.first("a", NOW)
    assert not echo.first("a", NOW + QUIET / 2)
    assert echo.first("b", NOW + QUIET / 2)
    assert echo.first("a", NOW + QUIET)


def test_a_flood_is_forgotten_from_its_beginning() -> None:
    echo = Echo()
    for number in range(KNOWN_MOST + 1):
        assert echo.first(number, NOW)

    assert not echo.first(KNOWN_MOST, NOW + timedelta(seconds=1))
    assert echo.first(0, NOW + timedelta(seconds=1))

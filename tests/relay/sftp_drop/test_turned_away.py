from datetime import UTC, datetime, timedelta

import pytest

from gateway.relay.sftp_drop.turned_away import TurnedAway

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_a_flood_is_two_lines_a_minute(capsys: pytest.CaptureFixture[str]) -> None:
    turned = TurnedAway()
    for number in range(1_000):
        turned.turned(f"192.168.10.{number % 200}", "too-many")
        turned.failed("192.168.10.9")
        turned.told(NOW + timedelta(milliseconds=number))

    first = capsys.readouterr().err.splitlines()
    turned.told(NOW + timedelta(minutes=1))
    second = capsys.readouterr().err.splitlines()
    turned.told(NOW + timedelta(minutes=3))

    assert len(first) == len(second) == 2
    assert "999 connections away" in second[0]
    assert "too-many:999" in second[0]
    assert capsys.readouterr().err == ""

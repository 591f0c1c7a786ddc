import argparse
from datetime import UTC, datetime, timedelta

import pytest

from gateway.cli.moment import moment_argument, moment_of


def parsed(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    moment_argument(parser)
    return parser.parse_args(argv)


@pytest.mark.parametrize("text", ["2026-11-08T12:00", "2026-11-08T03:00+00:00", "2026-11-08 12:00"])
def test_a_time_is_japan_s_unless_it_says_otherwise(text: str) -> None:
    assert moment_of(parsed("--at", text)) == datetime(2026, 11, 8, 3, tzinfo=UTC)


def test_without_it_the_time_is_now() -> None:
    assert abs(moment_of(parsed()) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "9999-12-31", ""])
def test_what_is_no_time_is_one_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        parsed("--at", text)

    assert left.value.code == 2
    assert "write" in capsys.readouterr().err

import argparse
from datetime import timedelta

import pytest

from gateway.cli.span import span, spoken


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("5m", 300), ("2h", 7200)])
def test_a_length_of_time_is_a_number_and_a_unit(text: str, seconds: int) -> None:
    assert span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "0m", "-5m", "5 m", "5d", "1.5h", "５m", "5m5s", "m"])
def test_anything_else_is_told_what_to_write(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="write it as 90s, 5m or 2h"):
        span(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (59.9, "59s"), (90, "1m30s"), (300, "5m"), (599, "9m59s"), (600, "10m"), (7260, "2h01m")],
)
def test_people_read_seconds_only_where_they_matter(seconds: float, text: str) -> None:
    assert spoken(seconds) == text

from datetime import UTC, datetime

from gateway.cli.status_console import COLUMNS, ROWS_MOST, issue

NOW = datetime(2026, 11, 10, 9, tzinfo=UTC)


def test_it_is_plain_text_that_agetty_prints_as_it_stands() -> None:
    text = issue(["relay: well", "  due  請求端末 \\4 \x1b[2J"], NOW)

    assert text == "claim-gateway, looked at 2026-11-10 09:00:00 UTC\nrelay: well\n  due  ???? \\\\4 ?[2J\n\n"


def test_it_fits_above_the_prompt() -> None:
    rows = issue(["xx " * 40] * 20, NOW).splitlines()

    assert max(map(len, rows)) <= COLUMNS
    assert len(rows) == ROWS_MOST + 2
    assert rows[-2] == "  ... 21 more lines: claim-gateway status"


def test_a_long_line_goes_on_below_itself_and_payers_are_spelt() -> None:
    rows = issue([f"  due  no 国保 claim file {'has passed ' * 8}"], NOW).splitlines()[1:]

    assert rows[0].startswith("  due  no Kokuho claim file has passed")
    assert rows[1].startswith("      ")

"""`demo --month` is played once, in both languages' words, and must end right."""

import json
from datetime import datetime

import pytest

from gateway.claims.finding import Text
from gateway.cli import demo_month
from gateway.cli.main import main
from gateway.twin.month import Month, Played
from gateway.twin.month_script import SCRIPT

NOBODY = "架空"


@pytest.mark.root
def test_the_month_ends_as_it_must(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--month", "--json"]) == 0

    said = capsys.readouterr().out
    month = json.loads(said)
    assert month["ok"]
    assert len(month["acts"]) == len(SCRIPT)
    assert month["compared"] > 70
    assert NOBODY not in said


def test_a_month_that_went_wrong_says_what_and_fails() -> None:
    act = Played(datetime(2026, 11, 5, 9), Text("put", "入れる"), (), ("not seen: noted",))  # noqa: DTZ001 - only shown
    lines = list(demo_month.report(Month([act], ("返戻: it is empty",)), 1.0, "en"))

    assert "11-05 09:00: not seen: noted" in lines
    assert "返戻: it is empty" in lines
    assert lines[-1].startswith("FAILED: 0 claims delivered")
    assert lines[-1].endswith("NOT as it must be; 1.0 s")
    assert not demo_month.data(Month([act]), 1.0)["ok"]


def test_a_month_and_a_site_together_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--month", "--layout", "ip-vpn/claim"])

    assert ended.value.code == 2
    assert "not allowed with" in capsys.readouterr().err

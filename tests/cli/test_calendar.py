import json
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest

from gateway.claims.reader import read
from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import State
from gateway.relay.places import Places
from gateway.twin.samples import DEMO_SITE
from tests.claims.synthetic import claim_file, status_csv
from tests.relay.test_facts import RETURN, STATUS_YAML
from tests.relay.test_ledger import parcel

NOW = datetime(2021, 11, 9, 3, tzinfo=UTC)  # noon in Japan


def test_a_month_s_windows_and_what_is_open_now(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "--lang", "en", "--month", "2026-12", "--at", "2026-12-09T09:00"]) == Exit.OK

    out = capsys.readouterr().out
    assert (
        "download returns and reports                             5–7 08:00–21:00   8–10 08:00–24:00  11–28 08:00–21:00"
        in out
    )
    assert "returns sent in 2026-12: until 2027-02-28 21:00" in out
    assert "open until 12-09 24:00" in out
    assert "claims are made for: 2026-12" in out


def test_another_zone_s_clock_asks_about_the_same_moment(capsys: pytest.CaptureFixture[str]) -> None:
    main(["calendar", "--json", "--at", "2026-12-31T15:00:00+00:00"])

    said = json.loads(capsys.readouterr().out)
    assert (said["now"], said["month"], said["claim_month"]) == ("2027-01-01T00:00:00+09:00", "2027-01", "2027-01")
    assert said["open"] == []
    assert said["deadlines"]["send_closes"] == "2027-01-11T00:00:00+09:00"
    assert "reminders" not in said


def state_with(tmp_path: Path) -> str:
    """A ledger with one 社保 claim on the terminal and a result file that confirms it."""
    places = Places(tmp_path / "state")
    places.prepare()
    target = PurePosixPath("2021-11/その他/01回目_1109-0900/x_fixf_.csv")
    (places.returns / target).parent.mkdir(parents=True)
    (places.returns / target).write_bytes(status_csv(("1", "202111", 1, 100, "確定")))
    with Ledger.open(places.ledger) as ledger:
        ledger.record(parcel(1, state=State.NOTED, summary=read([claim_file()])), "Noted", NOW)
        ledger.record(parcel(2, direction=RETURN, state=State.NOTED, name="x_fixf_.csv", target=target), "Noted", NOW)
    return str(places.state)


def test_with_the_ledger_it_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = state_with(tmp_path)
    at = ["--at", "2021-11-09T12:00", "--state-dir", state]

    assert main(["calendar", "--lang", "ja", *at]) == Exit.OK
    out = capsys.readouterr().out
    assert "社保 配達済・確定状況不明・国保 未配達" in out
    assert "国保 の 2021-11 請求分がまだ届いていません。送信の締切まで 36 時間です" in out
    assert "請求確定していないデータは請求されません" in out


def test_result_files_say_what_is_confirmed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(DEMO_SITE.read_text() + STATUS_YAML)
    arguments = ["--at", "2021-11-09T12:00", "--state-dir", state_with(tmp_path), "--site", str(site)]

    assert main(["calendar", "--json", *arguments]) == Exit.OK
    said = json.loads(capsys.readouterr().out)
    assert [one["standing"] for one in said["claims"]] == ["confirmed", "not-delivered"]
    assert [one["cause"] for one in said["reminders"]] == ["nothing-sent", "returns-not-fetched"]
    assert said["unread_results"] == 0


def test_a_state_directory_without_a_ledger_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calendar", "--state-dir", str(tmp_path)]) == Exit.SYSTEM

    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("month", ["2026-13", "november", "99999-01", ""])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["calendar", "--month", month])

    assert left.value.code == Exit.INPUT

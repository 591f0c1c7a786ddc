import json
from pathlib import Path

import pytest

from gateway.cli.main import main
from gateway.twin.samples import DEMO_SITE


def test_the_table_names_every_flow_its_clauses_and_the_silent_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(DEMO_SITE), "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "  lan → claim      tcp 445                           IPv4+IPv6  C1 C5 C13" in out
    assert "claim → lan" in out.split("no session may start (replies only):")[1]


def test_japanese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(DEMO_SITE), "--lang", "ja"]) == 0
    assert "開始できるセッションなし（応答のみ）" in capsys.readouterr().out


def test_json_is_the_policy_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(DEMO_SITE), "--as", "json"]) == 0
    flows = json.loads(capsys.readouterr().out)["flows"]
    assert [flow["id"] for flow in flows] == ["lan-claim-share", "gateway-claim-share", "claim-wan-system"]
    assert flows[0]["families"] == [4, 6]


def test_nft_is_the_table_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(DEMO_SITE), "--as", "nft"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("table inet claim_gateway {\n")
    assert out.endswith("}\n")


def test_a_wrong_site_is_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(tmp_path / "none.yaml")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1

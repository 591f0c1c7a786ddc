import json
from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main

CONFIGS = Path(__file__).parents[2] / "configs"


def test_markdown_with_numbered_steps_and_boxes_to_tick(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["terminal-sheet", str(CONFIGS / "ip-vpn-claim.yaml"), "--lang", "ja"]) == Exit.OK

    printed = capsys.readouterr().out
    assert printed.startswith("# 若葉クリニック 請求端末の設定手順\n")
    assert "## 1. アドレスと経路 (C4, C8)" in printed
    assert "\n    New-SmbShare -Name 'receipt'" in printed
    assert "\n- [ ] " in printed


def test_json_has_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["terminal-sheet", str(CONFIGS / "vlan-trunk.yaml"), "--json", "--lang", "en"]) == Exit.OK

    data = json.loads(capsys.readouterr().out)
    assert (data["address"], data["port"]) == ("192.168.20.10", 22)
    assert {"title", "text", "commands", "checks", "clauses"} == set(data["steps"][0])


def test_a_site_without_a_relay_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    site = CONFIGS / "two-boxes-b.yaml"

    assert main(["terminal-sheet", str(site)]) == Exit.INPUT

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"{site}:2:1: the site has no relay, so the box opens nothing on a terminal. add relay: to it\n"

import json
import subprocess
import sys
from pathlib import Path
from xml.parsers import expat

import pytest

from gateway.cli.main import main
from gateway.policy.derive import derive
from gateway.site.load import load_site
from gateway.twin.samples import DEMO_SITE

CONFIGS = sorted(DEMO_SITE.parent.glob("*.yaml"))
Capture = pytest.CaptureFixture[str]


def shown(capsys: Capture, path: Path, *options: str) -> str:
    assert main(["show", str(path), *options]) == 0
    return capsys.readouterr().out


def test_the_grid_comes_first_and_says_what_each_pair_may_start(capsys: Capture) -> None:
    lines = shown(capsys, DEMO_SITE, "--lang", "en").splitlines()

    assert lines[:7] == [
        "若葉クリニック  ip-vpn/claim  roles [a, b]",
        "",
        "  from \\ to  lan  claim    wan                       gateway",
        "  lan        \\    tcp 445  –                         –",
        "  claim      –    \\        tcp 53, 443; udp 53, 123  –",
        "  wan        –    –        \\                         –",
        "  gateway    –    tcp 445  –                         \\",
    ]


def test_each_flow_has_its_hours_clauses_and_reason(capsys: Capture) -> None:
    out = shown(capsys, DEMO_SITE.parent / "after-hours.yaml", "--lang", "en")

    assert "* only in its hours, or while granted" in out
    assert "18:30-21:00 mon, tue, wed, thu, fri  C1 C5 C13 C14" in out
    assert "granted: late-claims, 2h at most" in out


def test_japanese(capsys: Capture) -> None:
    out = shown(capsys, DEMO_SITE, "--lang", "ja")

    assert "– この向きには何も始められません（応答だけが通ります）" in out
    assert "院内LAN → 請求端末" in out


def test_json_is_the_policy_as_data(capsys: Capture) -> None:
    data = json.loads(shown(capsys, DEMO_SITE.parent / "ipsec-router-claim-and-qualification.yaml", "--as", "json"))
    by_id = {flow["id"]: flow for flow in data["flows"]}

    assert data["layout"] == "ipsec-router/claim+qualification"
    assert {"zone": "tunnel", "port": "ipsec0", "networks": []} in data["zones"]
    assert by_id["lan-claim-share"]["families"] == [4, 6]
    assert by_id["lan-claim-share"]["when"] is None
    assert by_id["claim-wan-update-antivirus"]["names"] == ["definitions.example.com"]
    assert by_id["claim-wan-update-antivirus"]["when"]["hours"] == "12:00-13:00"
    assert by_id["lan-claim-grant-terminal-desktop"]["when"] == {"grant": "terminal-desktop", "at_most_s": 3600}
    assert {one["out"] for one in data["translations"]} == {"claim", "qualification", "wan", "tunnel"}


def test_nft_is_the_table_itself(capsys: Capture) -> None:
    out = shown(capsys, DEMO_SITE, "--as", "nft")

    assert out.startswith("table inet claim_gateway {\n")
    assert out.endswith("}\n")


@pytest.mark.parametrize("form", ["table", "json", "nft", "svg"])
@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_sample_is_shown_in_every_form_the_same_each_time(path: Path, form: str, capsys: Capture) -> None:
    first = shown(capsys, path, "--as", form, "--lang", "ja")

    assert first == shown(capsys, path, "--as", form, "--lang", "ja")
    assert first.endswith("\n")
    if form == "svg":
        expat.ParserCreate().Parse(first, True)
    if form == "json":
        assert len(json.loads(first)["flows"]) == len(derive(load_site(path)).flows)


def test_another_process_writes_the_same_text(capsys: Capture) -> None:
    command = [sys.executable, "-m", "gateway.cli.main", "show", str(CONFIGS[-1]), "--as", "nft"]
    runs = [
        subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}).stdout
        for seed in ("1", "2")
    ]

    assert runs[0] == runs[1] == shown(capsys, CONFIGS[-1], "--as", "nft")


def test_a_wrong_site_is_one_line_and_exit_2(tmp_path: Path, capsys: Capture) -> None:
    assert main(["show", str(tmp_path / "none.yaml")]) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1


def test_a_dial_up_through_the_box_is_in_every_form(tmp_path: Path, capsys: Capture) -> None:
    file, asked = tmp_path / "site.yaml", "lan_to_terminal: shared-folder"
    file.write_text(DEMO_SITE.read_text().replace(asked, f"{asked}\npppoe_passthrough: true"))

    assert "passes beside every rule, both ways" in shown(capsys, file, "--lang", "en")
    assert "table netdev claim_gateway_pppoe {" in shown(capsys, file, "--as", "nft")
    assert json.loads(shown(capsys, file, "--as", "json"))["beside_rules"] == [
        {"from": "claim", "to": "wan", "frames": "pppoe"},
        {"from": "wan", "to": "claim", "frames": "pppoe"},
    ]

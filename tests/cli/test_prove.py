import json
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.site.load import load_site
from gateway.twin.build import Twin
from gateway.twin.samples import DEMO_SITE
from tests.proof.changes import first_in
from tests.proof.recorded import DUMPS, dump_of
from tests.proof.written import ACCEPT, meta

DUMP = DUMPS / "ip-vpn-claim.json"


def prove(*words: str) -> int:
    return main(["prove", str(DEMO_SITE), "--lang", "en", *words])


@pytest.fixture
def opened(tmp_path: Path) -> Path:
    """The sample's dump with a rule that lets the terminal into lan."""
    path = tmp_path / "opened.json"
    path.write_text(
        json.dumps({"nftables": first_in("forward", meta("iifname", "eth2"), ACCEPT)(dump_of("ip-vpn-claim"))})
    )
    return path


def test_a_dump_that_holds_is_proved_and_says_what_was_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    assert prove("--ruleset", str(DUMP)) == Exit.OK
    said = capsys.readouterr().out
    assert said.startswith("proved (")
    assert said.count(" proved: ") == 10
    assert "guard is taken as whole" in said


def test_a_dump_that_does_not_shows_the_packet_and_its_way(opened: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove("--ruleset", str(opened)) == Exit.NO
    said = capsys.readouterr().out
    assert "T1  DISPROVED" in said
    assert "packet  eth2 192.168.20.10" in said
    assert "rule    forward 9000: meta iifname eth2 accept" in said
    assert "end     gets through" in said


def test_for_machines_it_says_every_header_field(opened: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prove("--ruleset", str(opened), "--json") == Exit.NO
    said = json.loads(capsys.readouterr().out)
    assert said["verdict"] == "disproved"
    (first, *_) = said["theorems"]
    assert (first["theorem"], first["verdict"]) == ("T1", "disproved")
    packet = first["counterexample"]["packet"]
    assert (packet["iif"], packet["oif"], packet["ct_state"], packet["tcp_flags"]) == ("eth2", "eth1", "new", ["syn"])
    assert first["counterexample"]["accepted"] is True
    assert {"table": "inet claim_gateway", "chain": "forward", "handle": 9000, "rule": "meta iifname eth2 accept"} in (
        first["counterexample"]["rules"]
    )


def test_what_is_not_understood_is_not_provable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "odd.json"
    path.write_text('{"nftables": [{"wombat": {}}]}')
    assert prove("--ruleset", str(path)) == Exit.UNDECIDED
    assert "wombat" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "code"), [("no dump", Exit.INPUT), ("{}", Exit.INPUT), (None, Exit.SYSTEM), ("\udcff", Exit.SYSTEM)]
)
def test_a_file_that_is_no_dump_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, code: Exit
) -> None:
    path = tmp_path / "dump.json"
    if text is not None:
        path.write_bytes(text.encode(errors="surrogateescape"))
    assert prove("--ruleset", str(path)) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "nft -nn -j list ruleset" in said.err


def test_japanese_speaks_japanese(capsys: pytest.CaptureFixture[str]) -> None:
    main(["prove", str(DEMO_SITE), "--lang", "ja", "--ruleset", str(DUMP)])
    assert "T1  証明: 端末セグメントから" in capsys.readouterr().out


@pytest.mark.root
def test_a_site_in_force_is_proved_on_the_live_kernel() -> None:

    with Twin(load_site(DEMO_SITE)) as twin:

        def run(name: str) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "gateway.cli.main", name, str(DEMO_SITE), "--lang", "en"]
            return subprocess.run(twin.gateway.command(*command), capture_output=True, text=True, check=False)

        before = run("prove")
        assert run("apply").returncode == 0
        after = run("prove")
    assert before.returncode == Exit.NO, before.stdout
    assert after.returncode == Exit.OK, after.stdout

import json
import subprocess
from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.cli.replayed import Replay, replay_data, replay_line
from gateway.proof.model import Theorem
from gateway.twin.samples import DEMO_SITE
from tests.twin.differential.scene import standing


@pytest.mark.root
def test_what_disproves_is_sent_and_the_kernel_does_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = tmp_path / "dump.json"
    with standing(DEMO_SITE.stem) as scene:
        scene.nft("insert rule inet claim_gateway output accept")
        command = scene.twin.gateway.command("sh", "-c", f"nft -nn -j list ruleset >{dump}")
        assert subprocess.run(command, check=False).returncode == 0
    assert main(["prove", str(DEMO_SITE), "--ruleset", str(dump), "--replay", "--lang", "en"]) == Exit.NO
    said = capsys.readouterr().out
    assert "the kernel did the same: it let through the packet of T4, and without rules it arrives" in said
    assert main(["prove", str(DEMO_SITE), "--ruleset", str(dump), "--replay", "--json"]) == Exit.NO
    replays = json.loads(capsys.readouterr().out)["replays"]
    assert {"theorem": "T4", "arrived": True, "agrees": True, "reason": ""} in replays


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_outcome_has_its_line(lang: str) -> None:
    lines = [
        replay_line(one, lang)
        for one in (
            Replay(Theorem.T1, arrived=True, agrees=True),
            Replay(Theorem.T1, arrived=False, agrees=False),
            Replay(Theorem.T1),
            Replay(Theorem.T1, reason="no such port"),
        )
    ]
    assert len(set(lines)) == 4
    assert all("T1" in line for line in lines)
    assert "no such port" in lines[3]
    assert replay_data(Replay(Theorem.T1))["agrees"] is None

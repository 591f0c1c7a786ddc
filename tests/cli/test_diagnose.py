import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from tests.cli.clinic import SITE, Clinic


@pytest.mark.root
def test_the_verdict_stands_first_then_whom_to_call_then_what_was_tried(works: Clinic) -> None:
    works.smbd.stop()
    try:
        works.work()
        done = works.rig.run_here(
            sys.executable, "-m", "gateway.cli.main", "diagnose", "--site", str(works.rig.site_file),
            "--state-dir", str(works.rig.state), "--run-dir", str(works.rig.run), "--lang", "ja",
        )  # fmt: skip
    finally:
        works.smbd.start()

    verdict, call, blank, *tried = done.stdout.splitlines()
    assert done.returncode == Exit.NO
    assert verdict.startswith("端末: 端末は動いていますが、共有フォルダーが応答しません。")
    assert call == "  連絡先 保守窓口 03-0000-0001"
    assert not blank
    assert "  異常  端末の共有フォルダーの応答" in "\n".join(tried)
    assert tried[0] == "  正常  設定の規則が有効"


def test_a_site_file_that_is_wrong_or_gone_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagnose", "--site", str(tmp_path / "none.yaml")]) == Exit.INPUT
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.root
def test_who_may_not_ask_is_told_to_run_it_as_root() -> None:
    done = subprocess.run(
        ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", sys.executable, "-m", "gateway.cli.main",
         "diagnose", "--site", str(SITE), "--lang", "en"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == Exit.SYSTEM
    assert done.stderr == "claim-gateway diagnose: this needs the right to change the network. run it as root\n"

import json
import sys
from datetime import datetime
from pathlib import Path

import pytest

from gateway.cli.main import main
from gateway.policy.schedule import SITE_ZONE
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root


def test_a_box_that_is_well_is_exit_0_and_says_what_protects_it(
    served: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", *served.places, "--lang", "en"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "enforcer: well"
    assert [line.split()[0] for line in lines[1:6]] == ["protection", "site", "proof", "window", "grant"]


def test_it_says_whether_the_window_is_open(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    main(["status", "--json", *served.places])
    data = json.loads(capsys.readouterr().out)
    (window,) = data["enforcer"]["windows"]
    now = datetime.now(SITE_ZONE)
    inside = now.weekday() < 5 and (18, 30) <= (now.hour, now.minute) < (21, 0)
    assert data["healthy"] is True
    assert (window["open_for_s"] is not None) is inside


def test_without_an_enforcer_it_is_not_well(served: Rig) -> None:
    alone = [*served.places[:2], "--run-dir", str(served.run / "elsewhere")]
    done = served.run_here(sys.executable, "-m", "gateway.cli.main", "status", *alone, "--lang", "en")
    assert done.returncode == 1
    assert "  ! " in done.stdout


def test_the_files_for_monitoring_and_console_are_written_whole_and_readable_by_all(
    served: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prometheus, console = tmp_path / "gateway.prom", tmp_path / "issue"
    prometheus.write_text("the old one")

    code = main(["status", *served.places, "--prometheus", str(prometheus), "--issue", str(console), "--lang", "en"])

    assert code == 0
    assert capsys.readouterr().out == ""
    assert "claim_gateway_enforcer_running 1\n" in prometheus.read_text()
    assert console.read_text().splitlines()[1] == "enforcer: well"
    assert {path.stat().st_mode & 0o777 for path in (prometheus, console)} == {0o644}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gateway.prom", "issue"]


def test_above_the_login_what_is_wrong_stands_before_what_is_well(served: Rig, tmp_path: Path) -> None:
    console, site = tmp_path / "issue", tmp_path / "site.yaml"
    site.write_text("site: {name: [\n")

    assert main(["status", *served.places, "--site", str(site), "--issue", str(console)]) == 1

    heads = [line for line in console.read_text().splitlines()[1:] if line and not line.startswith(" ")]
    assert heads[:2] == ["relay: NOT WELL", "enforcer: well"]


def test_a_file_that_cannot_be_written_is_the_systems_no(
    served: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", *served.places, "--prometheus", str(tmp_path / "away" / "file")]) == 4
    assert "away/file: No such file or directory. give a file" in capsys.readouterr().err


def test_as_a_plugin_it_is_one_line_and_the_plugins_codes(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", *served.places, "--nagios", "--lang", "en"]) == 0
    assert capsys.readouterr().out.startswith("CLAIM-GATEWAY OK - enforcer well | enforcer_running=1")

    alone = [*served.places[:2], "--run-dir", str(served.run / "elsewhere")]
    done = served.run_here(sys.executable, "-m", "gateway.cli.main", "status", *alone, "--nagios", "--lang", "ja")
    assert done.returncode == 3  # an enforcer holds the state directory and does not answer there
    assert done.stdout.startswith("CLAIM-GATEWAY UNKNOWN - ")


def test_in_japanese(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    main(["status", *served.places, "--lang", "ja"])
    assert capsys.readouterr().out.splitlines()[0] == "エンフォーサー: 正常"

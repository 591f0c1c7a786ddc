import json
import sys
from datetime import datetime

import pytest

from gateway.cli.main import main
from gateway.policy.schedule import SITE_ZONE
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root


def test_a_box_that_is_well_is_exit_0_and_says_what_protects_it(
    served: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", *served.places]) == 0
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

import json
from pathlib import Path

import pytest

from gateway.cli.main import main
from tests.enforcer.rig import Rig


@pytest.mark.root
def test_what_was_confirmed_is_listed_newest_first(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", *served.places]) == 0
    head, first = capsys.readouterr().out.splitlines()[:2]
    assert head.split() == ["NUMBER", "SITE", "WHEN", "STATE", "WHO", "COMMENT"]
    assert "in force" in first
    assert main(["history", "--json", *served.places]) == 0
    assert json.loads(capsys.readouterr().out)[-1]["state"] == "in force"


def test_a_box_without_a_past_is_exit_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--state-dir", str(tmp_path / "none")]) == 4
    assert "no site was ever applied here" in capsys.readouterr().err

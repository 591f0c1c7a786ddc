from pathlib import Path

import pytest

from gateway.cli.main import main


@pytest.mark.root
def test_an_archive_that_is_not_there_is_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["update", "--emergency", str(tmp_path / "absent.tar")]) == 2
    assert "absent.tar: is not there. name the release's archive" in capsys.readouterr().err

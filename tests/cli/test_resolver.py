from pathlib import Path

import pytest

from gateway.cli.main import main


def test_a_wrong_site_file_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("layout: nowhere\n")

    assert main(["resolver", str(site)]) == 2
    assert capsys.readouterr().err.startswith(f"{site}:1:")


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["resolver", "--help"])

    assert left.value.code == 0
    assert "claim-gateway resolver /etc/claim-gateway/site.yaml" in capsys.readouterr().out

from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.replacement.box import BoxPlaces
from gateway.twin.samples import CONFIGS
from tests.replacement.boxes import Box, box, empty_box

PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Box:
    return box(tmp_path_factory.mktemp("boxes") / "old")


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    file.chmod(0o600)
    return file


def places_of(places: BoxPlaces) -> list[str]:
    """As every such command takes them."""
    words = ["--state-dir", str(places.enforcer), "--relay-state-dir", str(places.relay)]
    return [*words, "--site", str(places.site_file), "--ssh-dir", str(places.ssh), "--lang", "en"]


def test_it_says_what_was_written_and_what_is_not_in_it(
    old: Box, tmp_path: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "out.export"
    words = ["export", "--to", str(to), "--password-file", str(password_file), *places_of(old.places)]

    assert main(words) == Exit.OK

    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"{to}: 11 files, encrypted and read back. the ledger's head ")
    assert said[1] == "  it holds no claim file and no return file. lock it away, apart from its password"
    assert main(words) == Exit.INPUT
    assert capsys.readouterr().err == f"claim-gateway export: {to}: it exists. name a new file\n"


def test_a_short_password_writes_nothing(
    old: Box, tmp_path: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password_file.write_text("short")
    to = tmp_path / "out.export"

    assert (
        main(["export", "--to", str(to), "--password-file", str(password_file), *places_of(old.places)]) == Exit.INPUT
    )

    assert "the password is short" in capsys.readouterr().err
    assert not to.exists()


def test_a_medium_that_is_not_mounted_is_the_systems_no(
    old: Box, tmp_path: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = tmp_path / "not" / "mounted"

    assert (
        main(["export", "--to", str(to), "--password-file", str(password_file), *places_of(old.places)]) == Exit.SYSTEM
    )

    assert capsys.readouterr().err.count("\n") == 1


def test_there_is_no_argument_for_a_password(old: Box, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["export", "--to", str(tmp_path / "out"), "--password", PASSWORD, *places_of(old.places)])
    assert left.value.code == Exit.INPUT


def test_a_file_named_elsewhere_would_be_missing_on_the_spare_box(
    tmp_path: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = empty_box(tmp_path / "box")
    text = (CONFIGS / "ipsec-router-claim.yaml").read_text()
    assert "credentials/site.key" in text
    places.site_file.write_text(text.replace("credentials/site.key", "/root/site.key"))
    to = tmp_path / "out.export"

    assert main(["export", "--to", str(to), "--password-file", str(password_file), *places_of(places)]) == Exit.INPUT

    assert "/root/site.key lies elsewhere" in capsys.readouterr().err
    assert not to.exists()

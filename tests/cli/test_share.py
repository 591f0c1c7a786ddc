from pathlib import Path

import pytest

from gateway.cli import share
from gateway.cli.command import Exit
from gateway.cli.main import main
from tests.relay.process import SITE
from tests.relay.windows_share.scene import site_text


@pytest.fixture
def site(tmp_path: Path) -> Path:
    file = tmp_path / "site.yaml"
    file.write_text(site_text())
    return file


def test_print_shows_the_configuration_and_no_secret_stands_in_it(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    golden = Path(__file__).parents[1] / "relay" / "windows_share" / "golden" / "two-people.conf"

    assert main(["share", str(site), "--print"]) == Exit.OK
    assert capsys.readouterr().out == golden.read_text()


def test_a_site_without_a_share_is_wrong_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["share", str(SITE), "--print", "--lang", "en"]) == Exit.INPUT
    assert capsys.readouterr().err == (
        "claim-gateway share: the site declares no Windows share. add relay.drop.smb: true, or do not start it\n"
    )


def test_accounts_are_written_in_place_because_a_mount_holds_the_file(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share, "RELAY_USER", "nobody")
    folder = tmp_path / "accounts"
    assert main(["share", str(site), "--accounts", str(folder)]) == Exit.OK
    before = (folder / "passwd").stat().st_ino
    (folder / "passwd").write_text("x" * 10_000)

    assert main(["share", str(site), "--accounts", str(folder)]) == Exit.OK

    assert (folder / "passwd").stat().st_ino == before
    assert [line.partition(":")[0] for line in (folder / "passwd").read_text().splitlines()] == [
        *("root", "nobody", "nobody", "yamada", "suzuki")
    ]
    assert (folder / "passwd").stat().st_mode & 0o777 == 0o644


def test_a_box_without_the_relays_user_says_so(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(share, "RELAY_USER", "nobody-of-this-name")

    assert main(["share", str(site), "--accounts", str(tmp_path / "a")]) == Exit.SYSTEM
    assert capsys.readouterr().err == "this box has no user nobody-of-this-name. install the relay first\n"


def test_without_passwords_nothing_starts(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "state"
    folders = (
        "--state-dir",
        str(state),
        "--share-state-dir",
        str(tmp_path / "s"),
        "--share-run-dir",
        str(tmp_path / "r"),
    )

    assert main(["share", str(site), *folders]) == Exit.SYSTEM
    assert "start claim-gateway-relay first" in capsys.readouterr().err
    for part in ("relay/【厳秘】請求ゲートウェイ", "approvals/山田"):
        (state / part).mkdir(parents=True)
    assert main(["share", str(site), *folders]) == Exit.INPUT
    assert "credentials/people/yamada: cannot be read" in capsys.readouterr().err

from pathlib import Path

import pytest

from gateway.relay.credentials import CREDENTIAL, KEY_MAX_BYTES, read_key, read_password
from gateway.relay.errors import RelayRefused


@pytest.fixture(autouse=True)
def no_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)


def password_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    file = folder / "credentials" / "terminal"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    file.chmod(mode)
    return file


@pytest.mark.parametrize("content", [b"pa ss\n", b"pa ss", b"pa ss\r\n"])
def test_the_only_line_is_the_password(tmp_path: Path, content: bytes) -> None:
    password_file(tmp_path, content)

    assert read_password("credentials/terminal", tmp_path) == "pa ss"


def test_what_systemd_hands_over_goes_first_whatever_its_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    password_file(tmp_path, b"from the file")
    handed = tmp_path / "handed"
    handed.mkdir()
    (handed / "terminal").write_bytes(b"from systemd\n")
    (handed / "terminal").chmod(0o440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))

    assert read_password("credentials/terminal", tmp_path) == "from systemd"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_others_can_read_is_refused_with_the_command_that_mends_it(tmp_path: Path, mode: int) -> None:
    file = password_file(tmp_path, b"secret", mode)

    with pytest.raises(RelayRefused, match=f"chmod 600 {file}") as caught:
        read_password("credentials/terminal", tmp_path)

    assert caught.value.wrong_input
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n", b"secret\nsecret2\n", b"secret\xff", b"secret" * 1000])
def test_what_is_no_password_is_refused_and_not_shown(tmp_path: Path, content: bytes) -> None:
    password_file(tmp_path, content)

    with pytest.raises(RelayRefused) as caught:
        read_password("credentials/terminal", tmp_path)

    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(RelayRefused, match="No such file"):
        read_password("credentials/terminal", tmp_path)
    (tmp_path / "credentials" / "terminal").mkdir(parents=True)
    with pytest.raises(RelayRefused, match="is not a file"):
        read_password("credentials/terminal", tmp_path)


def test_the_unit_s_credential_serves_whatever_the_site_calls_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / CREDENTIAL).write_bytes(b"from systemd\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))

    assert read_password("credentials/wakaba", tmp_path / "nowhere") == "from systemd"


def test_the_unit_gives_the_credential_this_name(repository: Path) -> None:
    unit = (repository / "systemd" / "claim-gateway-relay.service").read_text()

    assert f"\nLoadCredential={CREDENTIAL}:/etc/claim-gateway/credentials/{CREDENTIAL}\n" in unit


KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"


def test_a_key_is_read_whole(tmp_path: Path) -> None:
    password_file(tmp_path, KEY)

    assert read_key("credentials/terminal", tmp_path) == KEY


@pytest.mark.parametrize("content", [b"", b"correct horse\n", KEY + b"x" * KEY_MAX_BYTES])
def test_what_is_no_key_is_refused_without_being_shown(tmp_path: Path, content: bytes) -> None:
    password_file(tmp_path, content)

    with pytest.raises(RelayRefused, match="does not hold a private key") as refused:
        read_key("credentials/terminal", tmp_path)

    assert refused.value.wrong_input
    assert "horse" not in str(refused.value)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = password_file(tmp_path, KEY, 0o640)

    with pytest.raises(RelayRefused, match=f"run: chmod 600 {file}"):
        read_key("credentials/terminal", tmp_path)

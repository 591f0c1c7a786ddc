import subprocess
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from gateway.relay.errors import Refused, RelayRefused
from gateway.relay.pace import Pace
from gateway.relay.sftp import SftpShelf
from gateway.relay.smb import SmbShelf
from gateway.relay.terminal import require_credentials, terminal_shelf
from gateway.site.model import TerminalShare
from tests.relay.conftest import run

SMB = {"server": "192.168.20.10", "user": "relay", "password_file": "credentials/terminal"}
KEY = asyncssh.generate_private_key("ssh-ed25519")
HOST_KEY = KEY.export_public_key().decode()
SFTP = {"server": "192.168.20.10", "user": "relay", "key_file": "credentials/terminal", "host_key": HOST_KEY}


def declared(**way: Any) -> TerminalShare:
    return TerminalShare.model_validate(way)


def keep(place: Path, content: bytes) -> None:
    (place / "credentials").mkdir(exist_ok=True)
    file = place / "credentials" / "terminal"
    file.touch(mode=0o600)
    file.write_bytes(content)


def test_the_declared_way_is_taken(tmp_path: Path) -> None:
    heard: list[object] = []

    assert isinstance(terminal_shelf(declared(smb=SMB), tmp_path, Pace(), heard.append), SmbShelf)
    assert isinstance(terminal_shelf(declared(sftp=SFTP), tmp_path, Pace(), heard.append), SftpShelf)


def test_good_credentials_pass(tmp_path: Path) -> None:
    keep(tmp_path, b"correct horse\n")
    require_credentials(declared(smb=SMB), tmp_path)
    by_password = {key: value for key, value in SFTP.items() if key != "key_file"}
    require_credentials(declared(sftp=by_password | {"password_file": "credentials/terminal"}), tmp_path)

    keep(tmp_path, KEY.export_private_key())
    require_credentials(declared(sftp=SFTP), tmp_path)


def test_a_key_with_a_passphrase_is_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "closed"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(file)], check=True)
    keep(tmp_path, file.read_bytes())

    with pytest.raises(RelayRefused, match="credentials/terminal: holds no private key that can be used") as refused:
        require_credentials(declared(sftp=SFTP), tmp_path)

    assert refused.value.wrong_input


def test_a_host_key_that_only_looks_like_one_is_refused_at_the_start(tmp_path: Path) -> None:
    keep(tmp_path, KEY.export_private_key())
    short = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAQA="

    with pytest.raises(RelayRefused, match="host_key is no public key"):
        require_credentials(declared(sftp=SFTP | {"host_key": short}), tmp_path)


@pytest.mark.parametrize("way", [{"smb": SMB}, {"sftp": SFTP}], ids=["smb", "sftp"])
def test_a_file_somebody_is_changing_makes_the_terminal_wait_and_nothing_else(
    tmp_path: Path, way: dict[str, Any]
) -> None:
    async def work() -> None:
        shelf = terminal_shelf(declared(**way), tmp_path, Pace(), lambda _: None)
        with pytest.raises(Refused, match="password-unreadable"):
            await shelf.probe()
        await shelf.close()

    run(work)

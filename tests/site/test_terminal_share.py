from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.site.terminal_share import HOST_KEY_KINDS, SFTP_PORT, SMB_PORT, SftpFolder, SmbShare, TerminalShare

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHoTFbv8mdGvwzUqVQ1sk2qP8Rz6XfVb1ryk2pgrhCnW"
SMB = {"server": "192.168.20.10", "user": "relay", "password_file": "credentials/terminal"}
SFTP = {"server": "192.168.20.10", "user": "relay", "key_file": "credentials/terminal", "host_key": ED25519}


def sftp(**more: Any) -> SftpFolder:
    return SftpFolder.model_validate(SFTP | more)


def test_a_windows_share_is_port_445_and_sftp_the_declared_one() -> None:
    share = TerminalShare.model_validate({"smb": SMB})
    folder = TerminalShare.model_validate({"sftp": SFTP | {"port": 2022}})

    assert isinstance(share.way, SmbShare)
    assert isinstance(folder.way, SftpFolder)
    assert (share.port, folder.port, sftp().port) == (SMB_PORT, 2022, SFTP_PORT)
    assert share.server == folder.server


@pytest.mark.parametrize("ways", [{}, {"smb": SMB, "sftp": SFTP}])
def test_there_is_exactly_one_way(ways: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="write exactly one of smb, sftp"):
        TerminalShare.model_validate(ways)


@pytest.mark.parametrize("secrets", [{"key_file": None}, {"password_file": "credentials/password"}])
def test_there_is_exactly_one_secret(secrets: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="write exactly one of key_file, password_file"):
        sftp(**secrets)


def test_a_host_key_loses_its_comment() -> None:
    assert sftp(host_key=f"{ED25519} root@terminal\n").host_key == ED25519


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-dss AAAAB3NzaC1kc3M=",
        ED25519.partition(" ")[2],
        "ssh-ed25519 not base64!",
        "ssh-ed25519 AAAA",
        "ssh-rsa " + ED25519.partition(" ")[2],
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
        7,
    ],
)
def test_what_is_no_host_key_is_refused(text: Any) -> None:
    with pytest.raises(ValidationError):
        sftp(host_key=text)


def test_the_weak_kinds_of_host_key_are_not_among_the_known() -> None:
    assert "ssh-dss" not in HOST_KEY_KINDS


@pytest.mark.parametrize("folder", [".", "receipt", "/C:/receipt", "/srv/レセプト", "a/b"])
def test_a_folder_is_named_as_its_server_does(folder: str) -> None:
    assert sftp(folder=folder).folder == folder


@pytest.mark.parametrize("folder", ["", "..", "../x", "a/../b", "a\\b", "a\nb", "x" * 201])
def test_a_folder_does_not_climb(folder: str) -> None:
    with pytest.raises(ValidationError):
        sftp(folder=folder)


def test_the_sample_shows_it() -> None:
    assert "sftp:" in (Path(__file__).parents[2] / "configs" / "vlan-trunk.yaml").read_text()

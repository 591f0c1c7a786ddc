import os
import re
from pathlib import Path

import pytest

from gateway.tunnel.credentials import Certified, Shared, absent, key_id, read
from gateway.tunnel.errors import CredentialError
from gateway.twin.authority import write_secret
from gateway.twin.far_end import PSK, Trust
from tests.tunnel.scene import sample, with_psk

EAST = sample().connections[0]
KEYED = with_psk(EAST)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    Trust.made().write((EAST, KEYED), tmp_path)
    return tmp_path


def test_a_certificate_its_key_and_its_authority(folder: Path) -> None:
    material = read(EAST, folder)
    assert isinstance(material, Certified)
    assert key_id(material.own[0]) == material.key_id
    assert len(material.authorities) == 1


def test_a_shared_key_without_its_line_end(folder: Path) -> None:
    material = read(KEYED, folder)
    assert isinstance(material, Shared)
    assert material.key == PSK


def test_another_key_has_another_digest(folder: Path) -> None:
    before = read(KEYED, folder)
    write_secret(folder / "psk", b"another-key-that-is-long-enough\n")
    after = read(KEYED, folder)
    assert isinstance(before, Shared)
    assert isinstance(after, Shared)
    assert before.digest != after.digest


def refused(folder: Path, says: str, one: object = KEYED) -> None:
    with pytest.raises(CredentialError, match=re.escape(says)) as caught:
        read(one, folder)  # type: ignore[arg-type] # a connection either way
    assert "\n" not in str(caught.value)
    assert PSK.decode() not in str(caught.value)


def test_a_missing_file(folder: Path) -> None:
    (folder / "psk").unlink()
    refused(folder, f"{folder}/psk: cannot be read (No such file or directory). put the pre-shared key there")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_one_that_others_read(folder: Path, mode: int) -> None:
    (folder / "psk").chmod(mode)
    refused(folder, f"{folder}/psk: can be read by others. run: chmod 600 {folder}/psk")


def test_a_certificate_may_be_read_and_not_written_by_others(folder: Path) -> None:
    certificate = folder / "credentials/site.pem"
    certificate.chmod(0o644)
    read(EAST, folder)
    certificate.chmod(0o664)
    refused(folder, "site.pem: can be written by others. run: chmod 644", EAST)


def test_a_folder_that_others_write(folder: Path) -> None:
    folder.chmod(0o770)
    refused(folder, f"{folder}: can be written by others. run: chmod 700 {folder}")


@pytest.mark.root
def test_one_that_belongs_to_somebody_else(folder: Path) -> None:
    os.chown(folder / "psk", 65_534, 65_534)
    refused(folder, f"{folder}/psk: belongs to user 65534. run: chown root")


def test_a_link_is_not_followed(folder: Path) -> None:
    (folder / "psk").rename(folder / "elsewhere")
    (folder / "psk").symlink_to(folder / "elsewhere")
    refused(folder, "psk: is a symbolic link")


def test_a_fifo_makes_nobody_wait(folder: Path) -> None:
    (folder / "psk").unlink()
    os.mkfifo(folder / "psk", 0o600)
    refused(folder, "psk: is not a file")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "does not hold a pre-shared key"),
        (b"one-line-that-is-long-enough\nand-a-second-one", "does not hold one pre-shared key"),
        (b"too-short", "fewer than 20 characters"),
        (b"0x0123456789abcdef0123456789abcdef", "are not decoded here"),
        (b"x" * 2000, "does not hold a pre-shared key"),
    ],
)
def test_what_is_no_shared_key(folder: Path, content: bytes, says: str) -> None:
    write_secret(folder / "psk", content)
    refused(folder, says)


def test_what_is_no_certificate_and_no_key(folder: Path) -> None:
    write_secret(folder / "credentials/ca.pem", b"nonsense")
    refused(folder, "ca.pem: is no certificate in PEM form", EAST)
    write_secret(folder / "credentials/ca.pem", (folder / "credentials/site.pem").read_bytes())
    write_secret(folder / "credentials/site.key", b"nonsense")
    refused(folder, "site.key: is no private key in PEM form", EAST)


def test_systemds_credentials_go_first(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded = tmp_path_factory.mktemp("guarded")
    (guarded / "psk").write_bytes(b"handed-over-by-systemd-itself")
    (guarded / "psk").chmod(0o444)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(guarded))

    material = read(KEYED, folder)

    assert isinstance(material, Shared)
    assert material.key == b"handed-over-by-systemd-itself"


def test_what_is_absent_is_known_without_reading(folder: Path) -> None:
    assert absent(EAST, folder) == ()
    (folder / "credentials/site.key").unlink()
    assert absent(EAST, folder) == (("key_file", "credentials/site.key"),)

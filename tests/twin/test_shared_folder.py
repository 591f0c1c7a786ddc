from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from gateway.twin import shared_folder
from gateway.twin.namespace import Namespace
from gateway.twin.shared_folder import SharedFolder, SharedFolderError, round_trip
from gateway.twin.smbd import Smbd

pytestmark = pytest.mark.root

LOOPBACK = ip_address("127.0.0.1")


@pytest.fixture
def terminal(namespace: Namespace, tmp_path: Path) -> Iterator[Smbd]:
    with Smbd(tmp_path / "terminal", user="relay", password="right", namespace=namespace.name) as smbd:
        yield smbd


def account(tmp_path: Path, password: str) -> Path:
    file = tmp_path / "account"
    file.write_text(f"username = relay\npassword = {password}\n")
    return file


def test_what_is_put_comes_back_and_nothing_stays(namespace: Namespace, terminal: Smbd, tmp_path: Path) -> None:
    folder = SharedFolder(LOOPBACK, "receipt", account(tmp_path, "right"))
    assert round_trip(namespace, folder, tmp_path, b"\x00\xff content") == b"\x00\xff content"
    assert sorted(path.name for path in terminal.share.iterdir()) == ["claims", "returns"]


def test_a_wrong_password_is_said(namespace: Namespace, terminal: Smbd, tmp_path: Path) -> None:
    with pytest.raises(SharedFolderError, match="LOGON_FAILURE"):
        round_trip(namespace, SharedFolder(LOOPBACK, "receipt", account(tmp_path, "wrong")), tmp_path, b"x")


def test_a_server_that_is_not_there_is_said(
    namespace: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_folder, "OPEN_TIMEOUT_S", 1)
    with pytest.raises(SharedFolderError, match="NT_STATUS_"):
        round_trip(namespace, SharedFolder(LOOPBACK, "receipt", account(tmp_path, "right")), tmp_path, b"x")

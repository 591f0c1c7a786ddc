import os
import socket
from pathlib import Path

import pytest

from gateway.enforcer.held import Door
from gateway.firewall.hold import can_hold
from gateway.firewall.nft import Nft, NftError
from gateway.twin.namespace import Namespace

pytestmark = pytest.mark.root


def test_the_table_is_held_where_the_kernel_can_and_the_door_says_what_protects(
    namespace: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        door = namespace.call(Door)
        if not can_hold():
            assert door.protection.startswith("the guard and the repair")
            return
        said, descriptors, _, _ = socket.recv_fds(manager, 4096, 4)
    assert said.decode().splitlines() == ["FDSTORE=1", "FDNAME=nftables", "FDPOLL=0"]
    assert door.held
    with pytest.raises(NftError):
        namespace.call(other_program, "add chain inet claim_gateway x")
    # The next generation starts with what the service manager kept, wherever the numbers begin.
    monkeypatch.setattr("gateway.enforcer.held.kept_descriptors", lambda: [("nftables", descriptors[0])])
    monkeypatch.delenv("NOTIFY_SOCKET")
    successor = namespace.call(Door)
    namespace.call(successor.nft.run, "add chain inet claim_gateway x")
    assert successor.held


def other_program(commands: str) -> None:
    with Nft() as nft:
        nft.run(commands)


def test_what_is_kept_under_another_name_is_let_go(namespace: Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    stray = os.open("/dev/null", os.O_RDONLY)
    monkeypatch.setattr("gateway.enforcer.held.kept_descriptors", lambda: [("stray", stray)])
    namespace.call(Door)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(stray)

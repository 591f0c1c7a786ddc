"""What the relay's tests share: a real smbd and a real sshd on free loopback ports, and shelves of all kinds."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from gateway.relay import sftp_line
from gateway.relay.directory import DirectoryShelf
from gateway.relay.sftp import SftpShelf
from gateway.relay.smb import SmbShelf
from gateway.relay.smb_line import Account
from gateway.twin.smbd import Smbd
from gateway.twin.sshd import Sshd

T = TypeVar("T")

PASSWORD = "correct horse"
DEADLINE = timedelta(seconds=2)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smbd]:
    """One claim terminal for all tests of the session; they use folders of their own."""
    place = tmp_path_factory.mktemp("terminal")
    with Smbd(place, user="relay", password=PASSWORD, port=free_port()) as smbd:
        yield smbd


@pytest.fixture
def own_terminal(tmp_path: Path) -> Iterator[Smbd]:
    """A claim terminal for one test, which may break it."""
    with Smbd(tmp_path / "terminal", user="relay", password=PASSWORD, port=free_port()) as smbd:
        yield smbd


@pytest.fixture(scope="session")
def sftp_terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """One terminal that offers SFTP, for all tests of the session."""
    with Sshd(tmp_path_factory.mktemp("sftp"), user="relay", password=PASSWORD, port=free_port()) as sshd:
        yield sshd


@pytest.fixture
def own_sftp_terminal(tmp_path: Path) -> Iterator[Sshd]:
    """A terminal that offers SFTP for one test, which may break it."""
    with Sshd(tmp_path / "sftp", user="relay", password=PASSWORD, port=free_port()) as sshd:
        yield sshd


def account_of(smbd: Smbd) -> Account:
    return Account("127.0.0.1", smbd.share_name, smbd.user, PASSWORD, smbd.port)


def smb_shelf(smbd: Smbd, *, deadline: timedelta = DEADLINE) -> SmbShelf:
    return SmbShelf(lambda: account_of(smbd), deadline=deadline, refused_logon=timedelta(minutes=15))


def sftp_account_of(sshd: Sshd) -> sftp_line.Account:
    return sftp_line.Account("127.0.0.1", sshd.port, sshd.user, sshd.host_key, ".", key=sshd.key.read_bytes())


def sftp_shelf(sshd: Sshd, *, deadline: timedelta = DEADLINE) -> SftpShelf:
    return SftpShelf(lambda: sftp_account_of(sshd), deadline=deadline, refused_logon=timedelta(minutes=15))


def directory_shelf(root: Path) -> DirectoryShelf:
    return DirectoryShelf(root, DEADLINE)


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run a test's coroutine to its end."""

    async def whole() -> T:
        return await work()

    return asyncio.run(whole())

"""What crosses the wire to a real smbd, and in which order: FLUSH where bytes must be durable, and nothing in the clear."""

import hashlib
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay.errors import Refused
from gateway.relay.smb import SmbShelf
from gateway.relay.smb_line import Account
from gateway.twin.smbd import Smbd
from tests.relay.conftest import PASSWORD, account_of, free_port, run

pytestmark = pytest.mark.root

CONTENT = b"a patient's claim " * 100
DIGEST = hashlib.sha256(CONTENT).hexdigest()
TEMPORARY, FINAL = PurePosixPath(".gateway/x.1"), PurePosixPath("claims/x")
WIRE_TIMEOUT_S = 10.0
_OPCODE = re.compile(r"smbd_smb2_request_dispatch: opcode\[SMB2_OP_(\w+)\]")


@contextmanager
def configured(place: Path, old: str, new: str) -> Iterator[Smbd]:
    """The terminal of all tests, with one line of its configuration otherwise."""
    with Smbd(place, user="relay", password=PASSWORD, port=free_port()) as smbd:
        smbd.stop()
        configuration = place / "smb.conf"
        text = configuration.read_text()
        assert old in text
        configuration.write_text(text.replace(old, new))
        smbd.start()
        yield smbd


def shelf_of(account: Account) -> SmbShelf:
    return SmbShelf(lambda: account, deadline=timedelta(seconds=5), refused_logon=timedelta(0))


async def deliver(shelf: SmbShelf, source: Path) -> None:
    verified = await shelf.put_verified(source, TEMPORARY, DIGEST)
    await verified.publish(FINAL)
    await shelf.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "source"
    file.write_bytes(CONTENT)
    return file


def test_bytes_are_flushed_before_they_are_read_back_and_the_name_before_the_handle_closes(
    tmp_path: Path, source: Path
) -> None:
    place = tmp_path / "terminal"
    with configured(place, "  max log size = 1000\n", "  max log size = 0\n  log level = smb2:10\n") as smbd:
        run(lambda: deliver(shelf_of(account_of(smbd)), source))

    asked = _OPCODE.findall((place / "log" / "smbd").read_text(errors="replace"))
    of_the_file = asked[asked.index("WRITE") :]
    assert of_the_file[:3] == ["WRITE", "FLUSH", "READ"]
    renaming = of_the_file.index("SETINFO")
    assert of_the_file[renaming : renaming + 3] == ["SETINFO", "FLUSH", "CLOSE"]


def test_nothing_crosses_in_the_clear_although_the_server_would_let_it(tmp_path: Path, source: Path) -> None:
    # Samba's own default: it encrypts for whoever asks, and asks nobody.
    with configured(tmp_path / "terminal", "server smb encrypt = required", "server smb encrypt = default") as smbd:
        with tapped(smbd.port) as (port, wire):
            run(lambda: deliver(shelf_of(replace(account_of(smbd), port=port)), source))

        assert (smbd.share / FINAL).read_bytes() == CONTENT
    sent = bytes(wire)
    assert len(sent) > 2 * len(CONTENT)  # there and back
    assert CONTENT[:18] not in sent
    assert "claims".encode("utf-16-le") not in sent


def test_a_server_that_cannot_encrypt_is_refused_before_the_password_is_used(tmp_path: Path) -> None:
    async def work(smbd: Smbd) -> None:
        shelf = shelf_of(replace(account_of(smbd), password="wrong"))
        with pytest.raises(Refused, match="no-encryption"):
            await shelf.probe()
        await shelf.close()

    with configured(tmp_path / "terminal", "server smb encrypt = required", "server smb encrypt = off") as smbd:
        run(lambda: work(smbd))


@contextmanager
def tapped(server_port: int) -> Iterator[tuple[int, bytearray]]:
    """A port that leads to the server's for one connection, and what crosses there in both directions."""
    wire = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WIRE_TIMEOUT_S)
        tapping = threading.Thread(target=_tap, args=(listener, server_port, wire))
        tapping.start()
        try:
            yield listener.getsockname()[1], wire
        finally:
            tapping.join(WIRE_TIMEOUT_S)
            assert not tapping.is_alive()


def _tap(listener: socket.socket, server_port: int, wire: bytearray) -> None:
    near, _ = listener.accept()
    with near, socket.create_connection(("127.0.0.1", server_port)) as far:
        back = threading.Thread(target=_copy, args=(far, near, wire))
        back.start()
        _copy(near, far, wire)
        back.join(WIRE_TIMEOUT_S)


def _copy(source: socket.socket, target: socket.socket, wire: bytearray) -> None:
    while piece := source.recv(1 << 16):
        wire += piece
        target.sendall(piece)
    target.shutdown(socket.SHUT_WR)

"""The door against a charon that is gone, stopped, or talks nonsense; against the real one in test_session.py."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from gateway.tunnel.door import CharonGoneError, Door

TIMEOUT_S = 0.2


@contextmanager
def answering(path: Path, answer: Callable[[socket.socket], None]) -> Iterator[Path]:
    """Something at the door that is no charon."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve() -> None:
            caller, _ = listening.accept()
            with caller:
                answer(caller)

        thread = Thread(target=serve)
        thread.start()
        try:
            yield path
        finally:
            thread.join(5)


def until_closed(caller: socket.socket) -> None:
    while caller.recv(4096):
        pass


def half(caller: socket.socket) -> None:
    caller.recv(4096)
    caller.sendall(struct.pack("!I", 100) + b"ten bytes!")
    until_closed(caller)


def nonsense(caller: socket.socket) -> None:
    caller.recv(4096)
    caller.sendall(struct.pack("!I", 3) + b"\x07\xff?")
    until_closed(caller)


def too_much(caller: socket.socket) -> None:
    caller.recv(4096)
    caller.sendall(struct.pack("!I", 2**31))
    until_closed(caller)


def hang_up(caller: socket.socket) -> None:
    caller.recv(4096)


def dribble(caller: socket.socket) -> None:
    """A byte now and then: each comes in time, the whole never does."""
    caller.recv(4096)
    caller.sendall(struct.pack("!I", 1000))
    with suppress(BrokenPipeError):
        for _ in range(40):
            caller.sendall(b".")
            time.sleep(TIMEOUT_S / 4)


@pytest.mark.parametrize("answer", [until_closed, half, nonsense, too_much, hang_up, dribble])
def test_whatever_goes_wrong_is_one_error_in_time(tmp_path: Path, answer: Callable[[socket.socket], None]) -> None:
    began = time.monotonic()
    with answering(tmp_path / "vici", answer) as path, pytest.raises(CharonGoneError), Door(path, TIMEOUT_S) as door:
        door.ask("version")
    assert time.monotonic() - began < 10 * TIMEOUT_S


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(CharonGoneError, match="No such file or directory"), Door(tmp_path / "vici"):
        pass


def test_half_an_event_is_no_quiet_time(tmp_path: Path) -> None:
    def confirm_and_break_off(caller: socket.socket) -> None:
        caller.recv(4096)
        caller.sendall(struct.pack("!I", 1) + b"\x05")
        half(caller)

    def listen(door: Door) -> None:
        for quiet, _ in enumerate(door.listen(("log",), 0.05)):
            assert quiet < 10
            door._transport.send(b"wake")

    with (
        answering(tmp_path / "vici", confirm_and_break_off) as path,
        Door(path, TIMEOUT_S) as door,
        pytest.raises(CharonGoneError),
    ):
        listen(door)

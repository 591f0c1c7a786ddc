import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from gateway.enforcer.client import SOCKET, NotHeard, NotRunning, ask
from gateway.enforcer.errors import Busy
from gateway.enforcer.requests import Grants


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match="systemctl start claim-gateway-enforcer"):
        ask(tmp_path, Grants())


def test_a_killed_enforcers_socket_is_nobody_too(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(tmp_path / SOCKET))
    with pytest.raises(NotRunning):
        ask(tmp_path, Grants())


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / SOCKET))
        made.listen()
        yield made


def answering(listener: socket.socket, answer: bytes) -> Thread:
    def serve() -> None:
        with listener.accept()[0] as line:
            line.recv(4096)
            line.sendall(answer)

    thread = Thread(target=serve)
    thread.start()
    return thread


def test_an_answer_is_what_came_without_its_ok(listener: socket.socket, tmp_path: Path) -> None:
    thread = answering(listener, b'{"ok": true, "grants": []}\n')
    assert ask(tmp_path, Grants()) == {"grants": []}
    thread.join()


def test_an_error_is_raised_as_it_was_there(listener: socket.socket, tmp_path: Path) -> None:
    thread = answering(listener, b'{"ok": false, "kind": "busy", "error": "root is at it"}\n')
    with pytest.raises(Busy, match="root is at it"):
        ask(tmp_path, Grants())
    thread.join()


@pytest.mark.parametrize("answer", [b"", b'{"ok": true'])
def test_half_an_answer_is_none(listener: socket.socket, tmp_path: Path, answer: bytes) -> None:
    thread = answering(listener, answer)
    with pytest.raises(NotHeard):
        ask(tmp_path, Grants())
    thread.join()

"""A receipt PC that talks to the terminal's share while something happens to the box between them."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from gateway.twin.build import Twin

PATIENCE_S = 5.0


@contextmanager
def talking(twin: Twin) -> Iterator[Callable[[], int]]:
    """A receipt PC that talks to the terminal's share without a pause, and how often it had its answer until now.

    A reset or a silence ends the talk, and the test.
    """
    terminal = "192.168.20.10"
    server = twin.namespace("claim0").call(socket.create_server, (terminal, 445))
    stop, answered, broken = Event(), [0], list[OSError]()
    with server:
        client = twin.namespace("pc0").call(socket.create_connection, (terminal, 445), PATIENCE_S)
        peer, _ = server.accept()
        peer.settimeout(PATIENCE_S)

        def talk() -> None:
            try:
                while not stop.is_set():
                    client.sendall(b"question")
                    peer.sendall(peer.recv(100))
                    client.recv(100)
                    answered[0] += 1
            except OSError as error:
                broken.append(error)

        thread = Thread(target=talk)
        thread.start()
        try:
            yield lambda: answered[0]
        finally:
            stop.set()
            thread.join()
            client.close()
            peer.close()
    assert broken == []


def until_more(answers: Callable[[], int]) -> None:
    """Wait until ten more questions were answered."""
    before, deadline = answers(), time.monotonic() + PATIENCE_S
    while answers() < before + 10:
        assert time.monotonic() < deadline, "nothing was answered any more"
        time.sleep(0.001)

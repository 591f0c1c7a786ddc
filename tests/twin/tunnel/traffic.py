"""Questions without a pause, and the answers to them: who gets any, when the last came before a fault and the first after.

Every datagram carries its number. One thread asks for everybody and answers as the claim system.
"""

import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from gateway.site.values import Family, IpAddress
from gateway.twin.namespace import Namespace

EVERY_S = 0.005
PORT = 53
"""A service every sample declares for its claim system."""
_NUMBER = struct.Struct("!QB")
_DATAGRAM_BYTES = 2048
FAMILIES: tuple[Family, ...] = (4, 6)


@dataclass(slots=True)
class Asker:
    """One who asks, in one family."""

    name: str
    line: socket.socket
    system: IpAddress
    sent: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)
    """When, by the question's number, in monotonic seconds."""

    def first_answer_after(self, moment: float) -> float | None:
        """When the first answer came to a question that was asked after `moment`."""
        answers = [came for number, came in list(self.answered.items()) if self.sent[number] > moment]
        return min(answers, default=None)

    def longest_silence(self, since: float) -> float:
        """The longest time between two answers, seconds, of those that came after `since`."""
        came = [since, *(moment for moment in list(self.answered.values()) if moment > since)]
        return max((later - earlier for earlier, later in pairwise(came)), default=0.0)


class Traffic:
    """Asks until it is stopped."""

    def __init__(self, askers: list[Asker], systems: list[socket.socket], every_s: float) -> None:
        self.askers = {asker.name: asker for asker in askers}
        self.quiet = ""
        """Who, without the family, asks nothing at the moment; empty: everybody asks."""
        self._systems = systems
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()
        self._thread.join()

    def flows(self, names: tuple[str, ...], since: float) -> bool:
        """Whether each of these has had an answer to something asked after `since`."""
        return all(self.askers[name].first_answer_after(since) is not None for name in names)

    def _run(self) -> None:
        number, due = 0, time.monotonic()
        with selectors.DefaultSelector() as waiting:
            for system in self._systems:
                waiting.register(system, selectors.EVENT_READ, None)
            for asker in self.askers.values():
                waiting.register(asker.line, selectors.EVENT_READ, asker)
            while not self._stopped.is_set():
                for key, _ in waiting.select(max(0.0, due - time.monotonic())):
                    line = key.fileobj
                    if isinstance(line, socket.socket):
                        _drain(line, key.data)
                if time.monotonic() >= due:
                    due += self._every_s
                    number += 1
                    for index, asker in enumerate(self.askers.values()):
                        if asker.name.partition("/")[0] != self.quiet:
                            _ask(asker, number, index)


def _ask(asker: Asker, number: int, index: int) -> None:
    asker.sent[number] = time.monotonic()
    try:
        asker.line.sendto(_NUMBER.pack(number, index), (str(asker.system), PORT))
    except OSError:
        return  # no way, no interface, a queue that is full, or an earlier question's ICMP error: it is not answered


def _drain(line: socket.socket, asker: Asker | None) -> None:
    while True:
        try:
            said, sender = line.recvfrom(_DATAGRAM_BYTES)
        except BlockingIOError:
            return
        except OSError:
            continue  # an ICMP error that waited in the socket
        if asker is not None:
            asker.answered.setdefault(_NUMBER.unpack(said)[0], time.monotonic())
            continue
        try:
            line.sendto(said, sender)
        except OSError:
            continue  # the provider's way back is gone as well


@contextmanager
def asking(
    who: Mapping[str, Namespace], system: Namespace, faces: Callable[[Family], IpAddress], *, every_s: float = EVERY_S
) -> Iterator[Traffic]:
    """Each of `who` asks the claim system in both families; its askers are called `name/4` and `name/6`."""
    with ExitStack() as stack:

        def kept(line: socket.socket) -> socket.socket:
            stack.callback(line.close)
            return line

        systems = [kept(system.call(_answering, faces(family))) for family in FAMILIES]
        askers = [
            Asker(f"{name}/{family}", kept(there.call(_datagrams, faces(family))), faces(family))
            for name, there in who.items()
            for family in FAMILIES
        ]
        traffic = Traffic(askers, systems, every_s)
        stack.callback(traffic.stop)
        yield traffic


def _answering(face: IpAddress) -> socket.socket:
    line = _datagrams(face)
    line.bind((str(face), PORT))
    return line


def _datagrams(face: IpAddress) -> socket.socket:
    line = socket.socket(socket.AF_INET if face.version == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
    line.setblocking(False)
    return line

"""A small real name server for tests: UDP, answers from a table, on an address of the caller's choice."""

import socket
from collections.abc import Mapping
from threading import Thread
from types import TracebackType
from typing import Self

from dns.flags import AA, QR
from dns.message import from_wire, make_response
from dns.rcode import NXDOMAIN, SERVFAIL
from dns.rdatatype import to_text
from dns.rrset import from_text

Zone = Mapping[str, tuple[int, Mapping[str, tuple[str, ...]]]]
"""Name → (TTL in seconds, record type → values). An empty table fails every question; a name that is missing is unknown."""


class NameServer:
    """A context manager. `zone` may be exchanged while it runs."""

    def __init__(self, address: str, zone: Zone, port: int = 0) -> None:
        self.zone = zone
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self._socket.settimeout(0.05)
        self._thread = Thread(target=self._serve, name="name server")
        self._stopped = False

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._socket.getsockname()[1]
        return port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped = True
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._stopped:
            try:
                wire, client = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            self.asked += 1
            self._socket.sendto(self._answer(wire), client)

    def _answer(self, wire: bytes) -> bytes:
        query = from_wire(wire)
        question, response = query.question[0], make_response(query)
        response.flags |= QR | AA
        name = str(question.name).rstrip(".")
        if not self.zone:
            response.set_rcode(SERVFAIL)
        elif name not in self.zone:
            response.set_rcode(NXDOMAIN)
        else:
            ttl, records = self.zone[name]
            target = name
            if "CNAME" in records:
                (target,) = records["CNAME"]
                response.answer.append(from_text(f"{name}.", ttl, "IN", "CNAME", f"{target}."))
                ttl, records = self.zone[target]
            values = records.get(to_text(question.rdtype), ())
            if values:
                response.answer.append(from_text(f"{target}.", ttl, "IN", to_text(question.rdtype), *values))
        return response.to_wire()

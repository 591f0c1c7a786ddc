"""What a hostile terminal sends towards lan without a pause, and how much of it arrived there."""

import time
from threading import Event, Thread
from types import TracebackType
from typing import Self

from pyroute2 import IPRoute

from gateway.firewall.nft import Nft
from gateway.policy.model import Protocol
from gateway.site.values import IpAddress
from gateway.twin.build import CARD, Twin
from tests.bench.forward.raw import Batch, End, datagram, packet_socket, segment, small_packet

PACKETS_A_SECOND = 20_000
PATIENCE_S = 10.0
MARKED_PORT = 40_001
"""The source port of everything that is sent here, so that answers of honest sessions are not counted."""
_TERMINAL, _PC = "claim0", "pc0"
_COUNTER = f"""add table netdev flood
delete table netdev flood
table netdev flood {{
  counter arrived {{ }}
  chain arriving {{
    type filter hook ingress device "{CARD}" priority 0;
    meta l4proto {{ tcp, udp }} th sport {MARKED_PORT} counter name arrived
  }}
}}"""


class Flood:
    """A context manager: 20,000 packets a second from the terminal to a receipt PC, of five kinds, in both families."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.sent = 0
        self._stop = Event()
        self._thread = Thread(target=self._send, name="flood")

    def __enter__(self) -> Self:
        terminal, pc = self.twin.namespace(_TERMINAL), self.twin.namespace(_PC)
        pc.call(_load)
        card, next_hop = terminal.call(_hardware_address, CARD), self.twin.gateway.call(_hardware_address, "eth2")
        self._out = terminal.call(packet_socket, CARD)
        self._batches = tuple(Batch(self._out, frame) for frame in self._frames(card, next_hop))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._out.close()

    @property
    def arrived(self) -> int:
        """Packets of the flood that reached the receipt PC so far."""
        return self.twin.namespace(_PC).call(_count)

    def until_more(self) -> None:
        """Wait until a thousand more were sent."""
        aim, deadline = self.sent + 1000, time.monotonic() + PATIENCE_S
        while self.sent < aim:
            assert time.monotonic() < deadline, "the flood dried up"
            time.sleep(0.001)

    def _frames(self, card: str, next_hop: str) -> list[bytes]:
        frames = []
        for family in (4, 6):
            source, target = (self._face(name, family) for name in (_TERMINAL, _PC))
            origin, end = End(source, MARKED_PORT, card, next_hop), End(target, 445, "", "")
            frames.append(segment(origin, end, "S", seq=1))
            frames.append(datagram(origin, end))
            if family == 4:
                frames.append(small_packet(Protocol.TCP, origin, end))
        return frames

    def _face(self, host: str, family: int) -> IpAddress:
        return next(one.ip for one in self.twin.hosts[host].addresses if one.version == family)

    def _send(self) -> None:
        began = time.monotonic()
        while not self._stop.is_set():
            for batch in self._batches:
                self.sent += batch.send()
            ahead = began + self.sent / PACKETS_A_SECOND - time.monotonic()
            if ahead > 0:
                self._stop.wait(ahead)


def _load() -> None:
    with Nft() as nft:
        nft.run(_COUNTER)


def _count() -> int:
    with Nft() as nft:
        (found,) = (one["counter"] for one in nft.dump("list counter netdev flood arrived") if "counter" in one)
        return int(found["packets"])


def _hardware_address(name: str) -> str:
    with IPRoute() as ip:
        address: str = dict(ip.get_links(ifname=name)[0]["attrs"])["IFLA_ADDRESS"]
        return address

"""Frames of any kind from one host's card to another's, past the box: what a terminal's own dial-up sends, and everything else.

They are addressed to the other card itself, as PPPoE's are after the first (RFC 2516 §5): the box between them is not asked.
"""

import secrets
import socket
import time
from collections.abc import Iterable

from gateway.twin.namespace import Namespace

DIAL_UP = (0x8863, 0x8864)
"""PPPoE's discovery and session stage (RFC 2516 §4)."""
OTHERS = {0x0800: "IPv4", 0x86DD: "IPv6", 0x0806: "ARP", 0x88CC: "LLDP"}
"""What must never take that way (EtherTypes, IANA)."""
WAIT_S = 1.0
"""A frame crosses the twin in well under a millisecond; the last of a row that does not come is awaited this long."""
_ALL = 0x0003  # ETH_P_ALL, linux/if_ether.h
_TAIL = 46
"""Bytes that fill the shortest frame (IEEE 802.3 §3.2.8)."""


def arrived(
    sender: Namespace, receiver: Namespace, card: str, kinds: Iterable[int], wait_s: float = WAIT_S
) -> frozenset[int]:
    """Those of the EtherTypes `kinds` whose frame came through. Sent in order: the last ends the wait. Raises OSError."""
    kinds, mark = tuple(kinds), secrets.token_bytes(16)
    with receiver.call(_card, card) as ear, sender.call(_card, card) as mouth:
        addresses = [one.getsockname()[4] for one in (ear, mouth)]
        for kind in kinds:
            mouth.send(b"".join(addresses) + kind.to_bytes(2, "big") + mark.ljust(_TAIL, b"\0"))
        return frozenset(_heard(ear, mark, kinds[-1], wait_s))


def _card(name: str) -> socket.socket:
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
    opened.bind((name, _ALL))
    return opened


def _heard(ear: socket.socket, mark: bytes, last: int, wait_s: float) -> Iterable[int]:
    deadline, kind = time.monotonic() + wait_s, -1
    while kind != last and (left := deadline - time.monotonic()) > 0:
        ear.settimeout(left)
        try:
            frame = ear.recv(2048)
        except TimeoutError:
            return
        if frame[14 : 14 + len(mark)] == mark:
            kind = int.from_bytes(frame[12:14], "big")
            yield kind

"""An ear at every port: frames that say who is there, taken where they arrive, before any rule or latch.

A packet socket (packet(7)) hears what comes in although nothing may pass; it lets nothing in and sends nothing. A filter in
the kernel keeps what people send each other away from us: only LLDP, ARP, neighbour discovery and DHCP servers come through.
"""

import ctypes
import select
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.wiring.cabling import frame, lldp
from gateway.wiring.cabling.frame import Said

_EVERYTHING = socket.htons(0x0003)  # ETH_P_ALL, linux/if_ether.h
_SOL_PACKET, _ADD_MEMBERSHIP, _AUXDATA = 263, 1, 8  # linux/if_packet.h
_ALL_MULTICAST = 2  # PACKET_MR_ALLMULTI
_OUTGOING = 4  # PACKET_OUTGOING
_TAGGED = 0x10  # TP_STATUS_VLAN_VALID
_AUXILIARY = struct.Struct("=IIIHHHH")  # struct tpacket_auxdata
_ATTACH_FILTER = 26  # SO_ATTACH_FILTER, asm-generic/socket.h
_FRAME_BYTES = 2048
_BUFFER_BYTES = 1 << 20

_LOAD_HALF, _LOAD_BYTE, _LOAD_HALF_AT_X, _LOAD_IP_HEADER = 0x28, 0x30, 0x48, 0xB1  # BPF_…, linux/bpf_common.h
_EQUAL, _ANY_OF, _AT_LEAST, _ABOVE, _RETURN = 0x15, 0x45, 0x35, 0x25, 0x06
_TAKE, _LEAVE = 17, 18
"""Where the program below ends, by its lines."""


def _jump(line: int, code: int, value: int, *, yes: int, no: int) -> tuple[int, int, int, int]:
    """A jump to absolute lines; BPF counts from the next."""
    return code, yes - line - 1, no - line - 1, value


_PROGRAM = (
    (_LOAD_HALF, 0, 0, 12),  # the Ethernet type
    _jump(1, _EQUAL, lldp.ETHERTYPE, yes=_TAKE, no=2),
    _jump(2, _EQUAL, 0x0806, yes=_TAKE, no=3),  # ARP
    _jump(3, _EQUAL, 0x0800, yes=4, no=11),  # IPv4
    (_LOAD_BYTE, 0, 0, 23),
    _jump(5, _EQUAL, 17, yes=6, no=_LEAVE),  # UDP
    (_LOAD_HALF, 0, 0, 20),
    _jump(7, _ANY_OF, 0x1FFF, yes=_LEAVE, no=8),  # a later fragment has no ports
    (_LOAD_IP_HEADER, 0, 0, 14),
    (_LOAD_HALF_AT_X, 0, 0, 14),
    _jump(10, _EQUAL, 67, yes=_TAKE, no=_LEAVE),  # from a DHCP server
    _jump(11, _EQUAL, 0x86DD, yes=12, no=_LEAVE),  # IPv6
    (_LOAD_BYTE, 0, 0, 20),
    _jump(13, _EQUAL, 58, yes=14, no=_LEAVE),  # ICMPv6
    (_LOAD_BYTE, 0, 0, 54),
    _jump(15, _AT_LEAST, 134, yes=16, no=_LEAVE),
    _jump(16, _ABOVE, 136, yes=_LEAVE, no=_TAKE),  # advertisement of a router, neighbour discovery
    (_RETURN, 0, 0, _FRAME_BYTES),
    (_RETURN, 0, 0, 0),
)


@dataclass(frozen=True, slots=True)
class Heard:
    """Something said at a port."""

    port: str
    said: Said


class Ear:
    """Hears at the ports of the network namespace in which it was made. A context manager; needs CAP_NET_RAW."""

    def __init__(self, ports: Iterable[str]) -> None:
        """Raises OSError if this process may not listen."""
        # What slips in before the filter stands says nothing to `frame` either.
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _EVERYTHING)
        try:
            self._attach()
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
            self._socket.setsockopt(_SOL_PACKET, _AUXDATA, 1)
            for port in ports:
                self.attend(port)
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> "Ear":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def attend(self, port: str) -> None:
        """Let the port's card hand over what is sent to groups: LLDP's is not one that the kernel joins by itself."""
        try:
            index = socket.if_nametoindex(port)
        except OSError:
            return  # unplugged since it was listed
        self._socket.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, struct.pack("=iHH8s", index, _ALL_MULTICAST, 0, b""))

    def listen(self, seconds: float) -> Iterator[Heard]:
        """What is said from now on, as it comes, for so long."""
        deadline = time.monotonic() + seconds
        # Looked at before each frame: a flood of any kind must not keep whoever listens beyond his time.
        while (left := deadline - time.monotonic()) > 0 and select.select([self._socket], [], [], left)[0]:
            try:
                data, auxiliary, _, sender = self._socket.recvmsg(_FRAME_BYTES, socket.CMSG_SPACE(_AUXILIARY.size))
            except OSError:
                continue  # ENETDOWN: a port went down; the others are still heard
            # A tagged frame is heard again at its VLAN's own port.
            if sender[2] == _OUTGOING or tagged(auxiliary):
                continue
            if (said := frame.read(data)) is not None:
                yield Heard(sender[0], said)

    def _attach(self) -> None:
        program = b"".join(struct.pack("=HBBI", *one) for one in _PROGRAM)
        code = ctypes.create_string_buffer(program, len(program))
        described = struct.pack("@HP", len(_PROGRAM), ctypes.addressof(code))  # struct sock_fprog
        self._socket.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, described)


def tagged(auxiliary: Iterable[tuple[int, int, bytes]]) -> bool:
    """Whether the kernel took a VLAN tag off the frame (PACKET_AUXDATA, packet(7)). Pure."""
    for level, kind, data in auxiliary:
        if (level, kind) == (_SOL_PACKET, _AUXDATA) and len(data) >= _AUXILIARY.size:
            return bool(_AUXILIARY.unpack_from(data)[0] & _TAGGED)
    return False

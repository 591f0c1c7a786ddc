"""The few nf_tables messages libnftables has no words for (linux/netfilter/nf_tables.h), over a socket of its own kind."""

import os
import select
import socket
import struct
from collections.abc import Iterator

NETLINK_NETFILTER = 12  # linux/netlink.h
NEWTABLE, NEWGEN, GETGEN = 0, 15, 16  # enum nf_tables_msg_types
SUBSYSTEM = 10  # NFNL_SUBSYS_NFTABLES, linux/netfilter/nfnetlink.h
_BATCH_BEGIN, _BATCH_END = 0x10, 0x11  # NFNL_MSG_BATCH_BEGIN, _END
_REQUEST, _ACK, _CREATE = 0x1, 0x4, 0x400  # NLM_F_…
_ERROR = 2  # NLMSG_ERROR
_TYPE_MASK = 0x3FFF  # NLA_TYPE_MASK
_HEADER, _FAMILY = struct.Struct("=IHHII"), struct.Struct(">BBH")
INET, NETDEV = 1, 5  # NFPROTO_INET, NFPROTO_NETDEV, linux/netfilter.h
_SEQUENCE = 0x636C6777
"""Of our own messages; libnftables counts its own from zero."""
_PATIENCE_MS = 2000


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes of a netlink message, as (type, value). Stops at what is cut off."""
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if not 4 <= length <= len(data):
            return
        yield kind & _TYPE_MASK, data[4:length]
        data = data[_aligned(length) :]


def messages(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """The messages of one datagram, as (type, sequence, sender's port id, payload). Stops at what is cut off."""
    while len(data) >= _HEADER.size:
        length, kind, _, sequence, port = _HEADER.unpack_from(data)
        if not _HEADER.size <= length <= len(data):
            return
        yield kind, sequence, port, data[_HEADER.size : length]
        data = data[_aligned(length) :]


def new_table(number: int, name: str, flags: int, family: int = INET) -> None:
    """Create the table `name` with `flags`, or give it these flags, over the socket `number`. Raises OSError."""
    body = _FAMILY.pack(family, 0, 0) + attribute(1, name.encode() + b"\0") + attribute(2, struct.pack(">I", flags))
    batch = _FAMILY.pack(0, 0, SUBSYSTEM)
    _exchange(
        number,
        message(_BATCH_BEGIN, _REQUEST, batch, _SEQUENCE - 1)
        + message(SUBSYSTEM << 8 | NEWTABLE, _REQUEST | _ACK | _CREATE, body, _SEQUENCE)
        + message(_BATCH_END, _REQUEST, batch, _SEQUENCE + 1),
    )


def generation() -> int:
    """The number of the ruleset in force; every transaction that changes anything raises it. Raises OSError."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_NETFILTER) as asked:
        asked.settimeout(_PATIENCE_MS / 1000)
        asked.send(message(SUBSYSTEM << 8 | GETGEN, _REQUEST, _FAMILY.pack(0, 0, 0), _SEQUENCE))
        for _, _, _, payload in messages(asked.recv(65_536)):
            for kind, value in attributes(payload[_FAMILY.size :]):
                if kind == 1:  # NFTA_GEN_ID
                    return int.from_bytes(value, "big")
    raise OSError("the kernel told no generation")


def drain(number: int) -> None:
    """Take away what waits unread in the socket: answers a process did not live to read."""
    with socket.socket(fileno=os.dup(number)) as copy:
        copy.settimeout(0)
        while True:
            try:
                copy.recv(65_536)
            except BlockingIOError:
                return
            except OSError:
                continue  # ENOBUFS is told once, then the rest can be read


def _exchange(number: int, request: bytes) -> None:
    """Send, and read until the kernel's word about our message. The socket stays non-blocking: libnftables needs that."""
    with socket.socket(fileno=os.dup(number)) as copy:
        copy.settimeout(0)
        copy.send(request)
        waiting = select.poll()
        waiting.register(copy, select.POLLIN)
        while waiting.poll(_PATIENCE_MS):
            for kind, sequence, _, payload in messages(copy.recv(65_536)):
                if kind == _ERROR and sequence == _SEQUENCE:
                    (code,) = struct.unpack_from("=i", payload)
                    if code:
                        raise OSError(-code, os.strerror(-code))
                    return
    raise TimeoutError(f"the kernel did not answer within {_PATIENCE_MS} ms")


def message(kind: int, flags: int, body: bytes, sequence: int) -> bytes:
    """One netlink message (netlink(7))."""
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, sequence, 0) + body


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute of a netlink message."""
    length = 4 + len(value)
    return struct.pack("=HH", length, kind) + value + b"\0" * (_aligned(length) - length)


def _aligned(length: int) -> int:
    return (length + 3) & ~3

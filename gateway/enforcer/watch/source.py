"""A netlink socket that is subscribed to notifications, and the task that reads it (netlink(7))."""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.enforcer.change import Change, ChangeKind

RECEIVE_BUFFER_BYTES = 8 << 20
"""What may wait unread: some ten thousand notifications, a foreign ruleset loaded in one piece included."""
_DATAGRAM_BYTES = 1 << 17
_SO_RCVBUFFORCE = 33  # asm-generic/socket.h; past the limit of net.core.rmem_max, with CAP_NET_ADMIN

Parse = Callable[[bytes], Iterable[Change]]


@dataclass(frozen=True, slots=True)
class Source:
    """One subscription, from the moment it is made: what happens before it is read waits in its buffer."""

    name: str
    socket: socket.socket
    parse: Parse

    def close(self) -> None:
        """End the subscription."""
        self.socket.close()


def subscribe(name: str, protocol: int, groups: Iterable[int], parse: Parse) -> Source:
    """Subscribe to multicast `groups` of a netlink protocol in this network namespace. Raises OSError."""
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
        made.bind((0, 0))
        for group in groups:
            made.setsockopt(270, 1, group)  # SOL_NETLINK, NETLINK_ADD_MEMBERSHIP
    except OSError:
        made.close()
        raise
    return Source(name, made, parse)


async def follow(source: Source, changes: asyncio.Queue[Change]) -> None:
    """Put what the source tells on the queue, for ever. A full queue makes the kernel wait, and then lose: that is told.

    Raises OSError if the socket cannot be read any more.
    """
    loop = asyncio.get_running_loop()
    while True:
        try:
            datagram = await loop.sock_recv(source.socket, _DATAGRAM_BYTES)
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            await changes.put(Change(ChangeKind.LOST, None, f"{source.name}: the kernel lost notifications"))
            continue
        for change in source.parse(datagram):
            await changes.put(change)

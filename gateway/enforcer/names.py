"""Addresses of host names, as the resolver hands them over: into the table for as long as the answer may be believed.

The resolver is not believed: it may only name addresses for names the site declares, none inside the site, so many and no
more, each with a time-out in the kernel. Whom a terminal may open there, and when, is the flow's own.
"""

import asyncio
import os
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

from gateway.enforcer import doors, messages
from gateway.enforcer.doors import Door
from gateway.enforcer.errors import StateError
from gateway.firewall.live import names_set
from gateway.firewall.observed import LiveSet
from gateway.journal import tell
from gateway.policy.learned import LEARNED_MAX_BYTES, Learned, Unreadable, decoded, may_be_reached
from gateway.policy.model import Policy
from gateway.site.values import IpAddress

SOCKET = "names"
USER = "claim-gateway-resolver"
"""May hand over names, and nothing else. The kernel says who sent what (SCM_CREDENTIALS, unix(7))."""
_CREDENTIALS = struct.Struct("=iII")  # struct ucred
HELD_MAX = 256
"""Addresses of one flow and family at once; a name server that answers with others each time must not grow the set."""
_ROOM = socket.CMSG_SPACE(_CREDENTIALS.size)
PAUSE_S = 0.05
"""After each answer, so that a resolver gone mad leaves the box its time."""
QUIET_S = 3600.0

REFUSALS_MAX = 256

Learn = Callable[[Learned], Awaitable[tuple[IpAddress, ...]]]
"""Puts one answer in force and returns the addresses that were not let through. Raises nothing but bugs."""


def learned_doors(policy: Policy, learned: Learned, sets: Mapping[str, LiveSet]) -> tuple[Door, ...]:
    """What must be put into which set. `sets` are the kernel's. Pure."""
    return tuple(
        Door(name, str(address), learned.lasts)
        for flow in policy.flows
        if learned.name in flow.names
        for address in learned.addresses
        if address.version in flow.families and may_be_reached(policy, address, flow.target)
        if _room((name := names_set(flow, address.version)), address, sets)
    )


def refused(policy: Policy, learned: Learned) -> tuple[IpAddress, ...]:
    """The addresses of a declared name that are not let through. Pure."""
    targets = {flow.target for flow in policy.flows if learned.name in flow.names}
    return tuple(
        one for one in learned.addresses if targets and not any(may_be_reached(policy, one, to) for to in targets)
    )


def _room(name: str, address: IpAddress, sets: Mapping[str, LiveSet]) -> bool:
    held = doors.left(sets, name)
    return str(address) in held or len(held) < HELD_MAX


class Names:
    """Listens for the resolver. `learn` puts one answer in force."""

    def __init__(self, run_dir: Path, learn: Learn) -> None:
        self._learn = learn
        self._told_at = -QUIET_S
        self._refused: set[tuple[str, IpAddress]] = set()
        self._heard = _listening(run_dir / SOCKET)

    def close(self) -> None:
        """Listen no more."""
        self._heard.close()

    async def run(self) -> None:
        """Take answers, one after the other, for ever."""
        loop = asyncio.get_running_loop()
        with self._heard:
            while True:
                await _readable(loop, self._heard)
                datagram, ancillary, _, _ = self._heard.recvmsg(LEARNED_MAX_BYTES + 1, _ROOM)
                if _uid(ancillary) not in _believed():
                    continue
                try:
                    if len(datagram) > LEARNED_MAX_BYTES:
                        raise Unreadable(f"more than {LEARNED_MAX_BYTES} bytes")
                    learned = decoded(datagram)
                    self._say_once(learned.name, await self._learn(learned))
                except Unreadable as error:
                    self._say_now_and_then(str(error))
                await asyncio.sleep(PAUSE_S)

    def _say_once(self, name: str, refusals: tuple[IpAddress, ...]) -> None:
        for address in refusals:
            if (name, address) not in self._refused and len(self._refused) < REFUSALS_MAX:
                self._refused.add((name, address))
                tell(messages.NAME_REFUSED, name=name, address=address)

    def _say_now_and_then(self, reason: str) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._told_at >= QUIET_S:
            self._told_at = now
            tell(messages.NAMES_UNREADABLE, reason=reason)


async def _readable(loop: asyncio.AbstractEventLoop, line: socket.socket) -> None:
    """There is no recvmsg in asyncio (bpo-30883); waiting there is."""
    readable = asyncio.Event()
    loop.add_reader(line, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(line)


def _uid(ancillary: list[tuple[int, int, bytes]]) -> int | None:
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            uid: int = _CREDENTIALS.unpack(data[: _CREDENTIALS.size])[1]
            return uid
    return None


def _believed() -> set[int]:
    with suppress(KeyError):
        return {0, os.geteuid(), pwd.getpwnam(USER).pw_uid}
    return {0, os.geteuid()}


def _listening(path: Path) -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    try:
        path.unlink(missing_ok=True)  # a killed enforcer leaves its own behind
        made.bind(str(path))
        # Anyone may write; who is not believed is not read. Giving the socket to a group would take CAP_CHOWN.
        path.chmod(0o666)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    except OSError as error:
        made.close()
        raise StateError(f"{path}: {error.strerror}") from error
    return made

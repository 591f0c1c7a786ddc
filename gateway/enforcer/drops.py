"""What the firewall dropped, told once a minute and pair: zone, addresses and service, never what a packet carried."""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from gateway.enforcer import messages
from gateway.enforcer.declared import Declared
from gateway.enforcer.watch.nflog import Dropped, listen, parse
from gateway.journal import Loggable, Message, tell
from gateway.site.values import IpAddress

TOLD_EVERY_S = 60.0
GROUPS_MAX = 64
"""Pairs and strange sources in one minute; a flood of forged ones must not fill the memory."""
KINDS_MAX = 256
"""Distinct endpoints remembered per group; beyond it the message says `256` and means "or more"."""
_SPOOFED = "spoofed"
_DATAGRAM_BYTES = 1 << 17
_NETFILTER = Path("/proc/sys/net/netfilter")
_STATISTICS = Path("/proc/net/stat/nf_conntrack")


@dataclass(slots=True)
class _Group:
    first: Dropped
    packets: int = 0
    kinds: set[tuple[IpAddress, IpAddress, str]] = field(default_factory=set)


class Tally:
    """A minute of drops, in bounded memory."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str], _Group] = {}

    def __bool__(self) -> bool:
        return bool(self._groups)

    def add(self, dropped: Dropped, home: str = "") -> None:
        """Count one. `home` is the zone its source belongs to, if it came by another's port."""
        key = (dropped.prefix, dropped.port, home)
        if key not in self._groups and len(self._groups) >= GROUPS_MAX:
            return
        group = self._groups.setdefault(key, _Group(dropped))
        group.packets += 1
        if len(group.kinds) < KINDS_MAX:
            group.kinds.add((dropped.source, dropped.destination, dropped.service))

    def take(self, zone_of: Callable[[str], str]) -> Iterator[tuple[Message, dict[str, Loggable]]]:
        """What there is to tell, and begin anew."""
        groups, self._groups = self._groups, {}
        for (prefix, port, home), group in groups.items():
            first = group.first
            ends: dict[str, Loggable] = {"source": first.source, "destination": first.destination}
            if home:
                yield messages.WRONG_CABLE, {"source": first.source, "home": home, "zone": zone_of(port), "port": port}
            elif prefix == _SPOOFED:
                where: dict[str, Loggable] = {"zone": zone_of(port), "port": port, "packets": group.packets}
                yield messages.SPOOFED, where | ends | {"service": first.service}
            else:
                origin, _, target = prefix.partition(">")
                pair: dict[str, Loggable] = {"origin": origin, "target": target or "nowhere declared"}
                count: dict[str, Loggable] = {"packets": group.packets, "kinds": len(group.kinds)}
                yield messages.DROPPED, pair | count | ends | {"service": first.service}


@dataclass(frozen=True, slots=True)
class Connections:
    """The table of connections: how many, how many at most, and how many were refused since boot."""

    count: int
    limit: int
    refused: int


def full(now: Connections, before: Connections | None) -> dict[str, Loggable] | None:
    """What to tell if sessions were refused since `before`; None while none were. Pure."""
    refused = now.refused - before.refused if before is not None else 0
    return {"connections": now.count, "limit": now.limit, "refused": refused} if refused > 0 else None


def connections() -> Connections | None:
    """The table of this network namespace; None where the kernel tracks nothing yet."""
    try:
        lines = _STATISTICS.read_text().splitlines()
        column = lines[0].split().index("drop")
        return Connections(
            int((_NETFILTER / "nf_conntrack_count").read_text()),
            int((_NETFILTER / "nf_conntrack_max").read_text()),
            sum(int(line.split()[column], 16) for line in lines[1:]),
        )
    except (OSError, ValueError, IndexError):
        return None


class Drops:
    """The reader. `declared` is asked anew each time: the site may change while this runs."""

    def __init__(self, declared: Callable[[], Declared | None], every_s: float = TOLD_EVERY_S) -> None:
        self._declared, self._every_s = declared, every_s
        self._tally = Tally()

    async def run(self) -> None:
        """Listen and tell, for ever. Where another program has the log group, this one has nothing to tell."""
        try:
            heard = listen()
        except OSError as error:
            tell(messages.DROPS_UNHEARD, reason=error.strerror or str(error))
            return
        with closing(heard):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear(heard))
                tasks.create_task(self._tell())

    async def _hear(self, heard: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                datagram = await loop.sock_recv(heard, _DATAGRAM_BYTES)
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                continue  # a flood: what was lost is one more of the same
            for dropped in parse(datagram):
                self._tally.add(dropped, self._home(dropped))

    async def _tell(self) -> None:
        before = connections()
        while True:
            await asyncio.sleep(self._every_s)
            for message, fields in self._tally.take(self._zone_of):
                tell(message, **fields)
            now = connections()
            if now is not None and (lack := full(now, before)):
                tell(messages.TABLE_FULL, **lack)
            before = now

    def _home(self, dropped: Dropped) -> str:
        """The zone a spoofed source belongs to, if that is not the one it came from."""
        declared = self._declared()
        if declared is None or dropped.prefix != _SPOOFED:
            return ""
        networks = declared.desired.policy.networks
        zones = (zone.value for zone, there in networks if any(dropped.source in network for network in there))
        return next((zone for zone in zones if zone != self._zone_of(dropped.port)), "")

    def _zone_of(self, port: str) -> str:
        declared = self._declared()
        ports = declared.ports if declared else {}
        return next((zone.value for zone, name in ports.items() if name == port), "an undeclared port")

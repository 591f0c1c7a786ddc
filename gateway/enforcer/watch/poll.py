"""The timer for what raises no event: most settings, the end of set elements, legacy iptables, proxy neighbours."""

import asyncio
from pathlib import Path

from gateway.enforcer.change import Change, ChangeKind

POLL_S = 10.0
"""How long a change without an event may stand. None of them opens a way past the guard (docs/security.md)."""
LEGACY_TABLES = (Path("/proc/net/ip_tables_names"), Path("/proc/net/ip6_tables_names"))
"""What iptables-legacy has loaded, for the network namespace of the reader."""


async def poll(changes: asyncio.Queue[Change], every_s: float = POLL_S) -> None:
    """Say that it is time, for ever. A queue that is full has something to read everything again for."""
    while True:
        await asyncio.sleep(every_s)
        if not changes.full():
            await changes.put(Change(ChangeKind.POLL, None, "time to read what raises no event"))


def legacy_tables() -> tuple[str, ...]:
    """The tables of iptables-legacy that are loaded here: they see packets beside nftables and no event tells of them."""
    found: list[str] = []
    for path in LEGACY_TABLES:
        try:
            names = path.read_text().split()
        except OSError:
            continue  # the kernel has none of it
        found.extend(f"{path.name.removesuffix('_tables_names')}tables {name}" for name in names)
    return tuple(found)

"""How many packets of an established session a reload loses: `python -m tests.bench.reload` prints docs/security.md's table.

A receipt PC sends 20,000 packets/s to the terminal while the table is reloaded without a pause. What arrives of it is
counted at the terminal's card.
"""

import os
import re
import sys
import time
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Event, Thread
from types import TracebackType
from typing import Self

from gateway.enforcer.desired import desire
from gateway.firewall import part
from gateway.firewall.nft import Nft
from gateway.firewall.reload import reload_commands
from gateway.firewall.table import Chain, Table, braces
from gateway.policy.model import Protocol
from gateway.site.layout import Zone
from gateway.twin.build import CARD
from tests.bench.forward.raw import Batch, opening, packet_socket, small_packet
from tests.bench.forward.rig import RAW_PORT, Rig
from tests.bench.forward.site import bench_site
from tests.bench.forward.variants import Name, variants

RELOADS = 1000
PACKETS_A_SECOND = 20_000
SETTLED_S = 0.2
_COUNTER = f"""table netdev session {{
  counter arrived {{ }}
  chain arriving {{
    type filter hook ingress device "{CARD}" priority -1;
    tcp sport {RAW_PORT} counter name arrived
  }}
}}"""
_MAP = re.compile(r"vmap @(\w+)")


class Kind(StrEnum):
    SAME = "unchanged policy, forced through"
    ELEMENTS = "one receipt PC more, one fewer"
    RULES = "a rule more, a rule fewer"
    ANONYMOUS = "the same with anonymous verdict maps in the rules"


@dataclass(frozen=True, slots=True)
class Lost:
    """What one kind of reload came to."""

    reloads: int
    sent: int
    lost: int


def tables(kind: Kind, table: Table) -> tuple[Table, Table]:
    """The two tables that take turns. Pure."""
    match kind:
        case Kind.SAME:
            return table, table
        case Kind.ELEMENTS:
            more = "192.168.10.99 . 192.168.20.10 . 445"
            sets = (
                replace(one, elements=(*one.elements, more)) if one.name == "lan_claim_share_tcp4" else one
                for one in table.sets
            )
            return table, replace(table, sets=tuple(sets))
        case Kind.RULES:
            chains = (replace(one, rules=("counter", *one.rules)) if one.hook else one for one in table.chains)
            return table, replace(table, chains=tuple(chains))
        case Kind.ANONYMOUS:
            anonymous = _anonymous(table)
            return anonymous, anonymous


def _anonymous(table: Table) -> Table:
    maps = {one.name: braces(one.elements) for one in table.sets if one.keyword == "map"}

    def plain(chain: Chain) -> Chain:
        return replace(
            chain, rules=tuple(_MAP.sub(lambda found: f"vmap {maps[found[1]]}", rule) for rule in chain.rules)
        )

    sets = tuple(one for one in table.sets if one.name not in maps)
    return replace(table, sets=sets, chains=tuple(map(plain, table.chains)))


def measured(kind: Kind, reloads: int = RELOADS) -> Lost:
    """Reload that often under the load."""
    desired = desire(bench_site())
    ours = next(one for one in variants(desired) if one.name is Name.OURS)
    with Rig(bench_site(), ours) as rig:
        source, target = rig.end(Zone.LAN, 4, RAW_PORT), rig.end(Zone.CLAIM, 4, 445)
        rig.at(Zone.CLAIM).call(_count_from_now)
        with rig.at(Zone.LAN).call(packet_socket, CARD) as forth, rig.at(Zone.CLAIM).call(packet_socket, CARD) as back:
            opened = 0
            for by_origin, frame in opening(Protocol.TCP, source, target):
                (forth if by_origin else back).send(frame)
                opened += by_origin
            load = Load(Batch(forth, small_packet(Protocol.TCP, source, target)))
            with load:
                rig.gateway.call(_reload, *tables(kind, desired.table), reloads)
            return Lost(reloads, load.sent, opened + load.sent - settled(rig))


def settled(rig: Rig) -> int:
    """Packets of the session that have arrived at the terminal, once nothing is on its way any more."""
    seen, now = -1, rig.at(Zone.CLAIM).call(_counted)
    while now != seen:
        time.sleep(SETTLED_S)
        seen, now = now, rig.at(Zone.CLAIM).call(_counted)
    return now


def _count_from_now() -> None:
    with Nft() as nft:
        nft.run(_COUNTER)


def _counted() -> int:
    with Nft() as nft:
        (found,) = (one["counter"] for one in nft.dump("list counter netdev session arrived") if "counter" in one)
        return int(found["packets"])


class Load:
    """A context manager: sends in a thread of its own."""

    def __init__(self, batch: Batch) -> None:
        self.sent = 0
        self._batch = batch
        self._stop = Event()
        self._thread = Thread(target=self._send, name="load")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _send(self) -> None:
        began = time.monotonic()
        while not self._stop.is_set():
            self.sent += self._batch.send()
            ahead = began + self.sent / PACKETS_A_SECOND - time.monotonic()
            if ahead > 0:
                self._stop.wait(ahead)


def _reload(one: Table, other: Table, reloads: int) -> None:
    with Nft() as nft:
        for number in range(reloads):
            nft.run(reload_commands(other if number % 2 else one, part.observe(nft)))


def main(reloads: int = RELOADS) -> int:
    """Measure and print."""
    if os.geteuid() != 0:
        print("reload: needs root for network namespaces", file=sys.stderr)
        return 4
    print(f"{'':<52} {'reloads':>8} {'packets':>8} {'lost':>6}")
    for kind in Kind:
        found = measured(kind, reloads)
        print(f"{kind:<52} {found.reloads:>8} {found.sent:>8} {found.lost:>6}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

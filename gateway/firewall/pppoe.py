"""A terminal's own dial-up through the box: the table `netdev claim_gateway_pppoe`, and the barrier before it.

PPPoE's frames (RFC 2516) are no IP packets: no routing rule and no chain of the inet table sees them. So they have a table
of their own on the two ports, with two rules of the one form the proof lets stand, and shutting them off is a second table
that drops them earlier. Each is gone when it is not wanted: without the first nothing passes.

It is no part of the inet table's transaction: a VLAN's port is only there once the wiring made it, and a card that is
missing must keep nothing else from being repaired.
"""

import re
import socket
from collections.abc import Iterable, Iterator, Mapping

from gateway.firewall.hold import HELD_BY_OTHER, TableHeld, can_hold, take
from gateway.firewall.listing import ListedTable, tables
from gateway.firewall.nft import Nft, opened
from gateway.firewall.table import Chain, Table
from gateway.policy.model import Policy
from gateway.site.layout import Zone

FAMILY = "netdev"
TABLE = "claim_gateway_pppoe"
SHUT_TABLE = "claim_gateway_pppoe_shut"
FRAMES = "meta protocol { 0x8863, 0x8864 }"
"""Discovery and session stage (RFC 2516 §4), in the words in which nft lists them: a listing is compared with this text."""
_SHUT_PRIORITY = -500
"""Before the chains that pass the frames on (priority 0)."""
_HOOK = 'type filter hook ingress device "{}" priority {}; policy accept;'
_DEVICE = re.compile(r'\bdevice "([^"]+)"')


def pppoe_table(policy: Policy, ports: Mapping[Zone, str]) -> Table | None:
    """Both ways between the two ports of each dial-up the policy declares; None where there is none. Pure."""
    chains = tuple(
        _chain(f"from_{origin}", ports[origin], ports[target], f"pppoe_passthrough {origin} to {target}, beside C6")
        for origin, target in policy.dial_up
    )
    return Table(FAMILY, TABLE, (), (), chains) if chains else None


def devices(table: Table | ListedTable | None) -> tuple[str, ...]:
    """The ports a table stands on. Pure."""
    match table:
        case Table(chains=chains):
            hooks = [chain.hook for chain in chains]
        case ListedTable():
            hooks = [chain.hook for chain in table.of("chain")]
        case None:
            hooks = []
    return tuple(sorted({port for hook in hooks for port in _DEVICE.findall(hook)}))


def hold(nft: Nft) -> None:
    """For the one process that keeps `nft`: hold the table from now on, if there is one. Raises NftError, and TableHeld.

    One that cannot be taken as it is goes: the apply that follows at every start makes it anew, held.
    """
    if can_hold() and _listed(nft, TABLE) is not None and not take(nft, TABLE, FAMILY):
        nft.run(f"delete table {FAMILY} {TABLE}\n")


def observe(nft: Nft | None = None) -> ListedTable | None:
    """The table in this network namespace; None: there is none. Raises NftError."""
    with opened(nft) as door:
        return _listed(door, TABLE)


def difference(wanted: Table | None, found: ListedTable | None) -> tuple[str, ...]:
    """What stands between the two, one line each. Pure."""
    return tuple(_differences(wanted, found))


def apply(wanted: Table | None, nft: Nft | None = None, *, shut_off: bool = False) -> None:
    """Make it so in one transaction, and with `shut_off` the barrier before it in the same. Raises NftError: then nothing changed."""
    with opened(nft) as door:
        found = _listed(door, TABLE)
        if nft is None and found is not None and "owner" in found.flags:
            raise TableHeld(HELD_BY_OTHER)
        if wanted is None:
            door.run(f"delete table {FAMILY} {TABLE}\n" if found is not None else "")
            return
        held = nft is not None and can_hold() and take(nft, TABLE, FAMILY)
        if nft is not None and can_hold() and not held:
            # One that somebody made without a holder cannot be taken as it is.
            door.run(f"delete table {FAMILY} {TABLE}\n")
            held, found = take(nft, TABLE, FAMILY), None
        door.run("\n".join((*_made(wanted, found, held=held), *(_barrier(devices(wanted)) if shut_off else ()))) + "\n")


def former(found: ListedTable | None) -> Table | None:
    """The table that was observed, as one to put back: its ways between ports that are there, nothing a stranger added."""
    if found is None:
        return None
    there = {name for _, name in socket.if_nameindex()}
    chains = tuple(
        Chain(chain.name, chain.rules, chain.hook)
        for chain in found.of("chain")
        if all(_passes(rule, there) for rule in chain.rules) and set(_DEVICE.findall(chain.hook)) <= there
    )
    return Table(FAMILY, TABLE, (), (), chains) if chains else None


def shut(ports: Iterable[str], nft: Nft | None = None) -> None:
    """No dial-up's frame that comes in by `ports` is passed on from now on; a port that is not there passes none. Raises NftError."""
    there = {name for _, name in socket.if_nameindex()}
    with opened(nft) as door:
        door.run("\n".join(_barrier(port for port in ports if port in there)) + "\n")


def open_again(nft: Nft | None = None) -> None:
    """Take the barrier away, whoever left it. Raises NftError."""
    with opened(nft) as door:
        if _listed(door, SHUT_TABLE) is not None:
            door.run(f"delete table {FAMILY} {SHUT_TABLE}\n")


def is_shut(nft: Nft | None = None) -> bool:
    """Whether the barrier stands. Raises NftError."""
    with opened(nft) as door:
        return _listed(door, SHUT_TABLE) is not None


def _chain(name: str, port: str, to: str, comment: str) -> Chain:
    rule = f'iifname "{port}" {FRAMES} counter fwd to "{to}" comment "{comment}"'
    return Chain(name, (rule,), _HOOK.format(port, "filter"))


def _passes(rule: str, ports: set[str]) -> bool:
    named = re.fullmatch(rf'iifname "([^"]+)" {re.escape(FRAMES)} counter fwd to "([^"]+)" comment "[^"]*"', rule)
    return named is not None and {named[1], named[2]} <= ports


def _differences(wanted: Table | None, found: ListedTable | None) -> Iterator[str]:
    if wanted is None:
        if found is not None:
            yield f"table {FAMILY} {TABLE} is not declared"
        return
    if found is None:
        yield f"table {FAMILY} {TABLE} is not in the kernel"
        return
    if "dormant" in found.flags:
        yield f"table {FAMILY} {TABLE} is dormant: its chains see no frame"
    declared = {chain.name: chain for chain in wanted.chains}
    live = {chain.name: chain for chain in found.of("chain")}
    for name in sorted(declared.keys() | live.keys()):
        want, have = declared.get(name), live.get(name)
        if want is None or have is None:
            yield f"chain {name} of {TABLE} is {'missing' if have is None else 'not declared'}"
        elif (want.hook, want.rules) != (have.hook, have.rules):
            yield f"chain {name} of {TABLE} says '{'; '.join((have.hook, *have.rules))}', not '{want.rules[0]}'"
    yield from (f"{one.kind} {one.name} of {TABLE} is not declared" for one in found.objects if one.kind != "chain")


def _made(wanted: Table, found: ListedTable | None, *, held: bool) -> Iterator[str]:
    """Its rules keep no state, so it is made anew: whole, or piece by piece where deleting it would let go of it."""
    name = f"{FAMILY} {TABLE}"
    if not held:
        yield from _anew(name)
    elif found is not None:
        yield f"flush table {name}"
        yield from (f"delete {one.kind} {name} {one.name}" for one in found.objects)
    yield from _chains(wanted)


def _anew(name: str) -> tuple[str, ...]:
    """`add` before `delete`, which would be an error where nothing is."""
    return f"add table {name}", f"delete table {name}", f"add table {name}"


def _barrier(ports: Iterable[str]) -> Iterator[str]:
    yield from _anew(f"{FAMILY} {SHUT_TABLE}")
    chains = tuple(
        Chain(f"port_{number}", (f"{FRAMES} counter drop",), _HOOK.format(port, _SHUT_PRIORITY))
        for number, port in enumerate(ports)
    )
    yield from _chains(Table(FAMILY, SHUT_TABLE, (), (), chains))


def _chains(table: Table) -> Iterator[str]:
    for chain in table.chains:
        yield f"add chain {table.family} {table.name} {chain.name} {{ {chain.hook} }}"
        yield from (f"add rule {table.family} {table.name} {chain.name} {rule}" for rule in chain.rules)


def _listed(door: Nft, name: str) -> ListedTable | None:
    found = tables(door.run("list ruleset netdev"))
    return next((one for one in found if (one.family, one.name) == (FAMILY, name)), None)

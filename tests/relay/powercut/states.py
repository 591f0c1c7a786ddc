"""What the power may leave behind: every prefix of a life, each with every subset of what was not yet durable undone."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from tests.relay.powercut.disk import Commit, Create, Effect, pending
from tests.relay.powercut.life import Lived, World

PENDING_MOST = 10
"""A relay that leaves more than this open at one time would make the enumeration grow past any patience."""


def cuts(lived: Lived, since: int = 0) -> Iterator[tuple[str, World]]:
    """Every world a power cut after the `since`-th effect may leave, and after how many effects, with which undone."""
    for length in range(since, len(lived.effects) + 1):
        yield from cuts_at(lived, length)


def cuts_at(lived: Lived, length: int) -> Iterator[tuple[str, World]]:
    """The worlds a power cut after `length` effects may leave."""
    happened = lived.effects[:length]
    undoable = pending(happened)
    if len(undoable) > PENDING_MOST:
        raise AssertionError(f"{len(undoable)} effects are open after {length}: {[happened[at] for at in undoable]}")
    for many in range(len(undoable) + 1):
        for undone in combinations(undoable, many):
            yield f"after {length} effects without {list(undone)}", _world(lived.began, happened, set(undone))


def _world(began: World, happened: list[Effect], undone: set[int]) -> World:
    kept = [effect for place, effect in enumerate(happened) if place not in undone]
    ledger = next((effect.ledger for effect in reversed(happened) if isinstance(effect, Commit)), began.ledger)
    made = tuple(effect.name for effect in happened if isinstance(effect, Create) and effect.folder < 0)
    return replace(
        began,
        disk=began.disk.after(kept),
        ledger=ledger,
        lives=began.lives + 1,
        temporaries=began.temporaries + made,
    )


def distinct(worlds: Iterator[tuple[str, World]], seen: set[str]) -> Iterator[tuple[str, World]]:
    """Those no relay could tell from one in `seen`, left out; `seen` grows."""
    for said, world in worlds:
        if world.key not in seen:
            seen.add(world.key)
            yield said, world

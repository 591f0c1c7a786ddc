"""What must be true of a world once the relay rests: nothing lost, nothing twice, nothing half-made, nothing overwritten."""

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from gateway.relay.parcel import Direction, Hold, Parcel, State
from gateway.relay.places import CLAIMS, DELIVERED, HELD, PEOPLE, RETURNS
from tests.relay.powercut.life import World

_MAY_HOLD = {str(Hold.UNKNOWN_DELIVERY), str(Hold.OCCUPIED)}
"""What a person's hand may leave for a person to judge, and the terminal's power cut: its folders are not ours to sync."""


@dataclass(frozen=True)
class Wanted:
    """What files there were, each by its own bytes.

    Attributes:
        claims, returns: each must end delivered once, or held.
        held: each must end in 保留 for what it is.
        perhaps: may end delivered once, held, or nowhere: their owner replaced them.
        gone: delivered files that staff removed or wrote over.
        placed: what staff put where, by path on the share or below the relay's folder; nobody may change it.
        overruled: claims that somebody released; where staff also took their place, they may be held once more.
        touched: staff did something; a file that was put in twice may then be needed twice.
    """

    claims: tuple[bytes, ...] = ()
    returns: tuple[bytes, ...] = ()
    held: tuple[bytes, ...] = ()
    perhaps: tuple[bytes, ...] = ()
    gone: tuple[bytes, ...] = ()
    placed: dict[str, bytes] = field(default_factory=dict)
    overruled: tuple[bytes, ...] = ()
    touched: bool = False


def wrong(world: World, wanted: Wanted) -> list[str]:
    """What is wrong with it; empty when nothing is."""
    return [
        *_arrivals(world, wanted),
        *_parcels(world, wanted),
        *_folders(world, wanted),
        *_leavings(world, wanted),
    ]


def _arrivals(world: World, wanted: Wanted) -> Iterator[str]:
    sent = _count(world.on_share, lambda path: not path.startswith(("returns/", ".gateway/")))
    brought = _count(world.on_relay, lambda path: path.startswith(f"{RETURNS}/"))
    shown = _count(world.on_relay, lambda path: path.startswith(f"{HELD}/"))
    for kind, contents, arrived in (("claim", wanted.claims, sent), ("return", wanted.returns, brought)):
        yield from _once(kind, contents, arrived + Counter(wanted.gone), shown, most_again=wanted.touched)
    once = sent + brought + Counter(wanted.gone)
    if any(once[content] > 1 for content in wanted.perhaps):
        yield "a file that its owner replaced was published twice"
    for content in wanted.held:
        if not shown[content]:
            yield "a held file is missing"
        if sent[content]:
            yield "a held file was sent"
    known = {*wanted.claims, *wanted.returns, *wanted.held, *wanted.perhaps, *wanted.placed.values()}
    for where, arrived in (("on the terminal", sent), ("in 返戻", brought)):
        if strange := [content for content in arrived if content not in known]:
            yield f"{len(strange)} files {where} are nobody's: {strange[0][:20]!r}"


def _once(
    kind: str, contents: tuple[bytes, ...], arrived: Counter[bytes], shown: Counter[bytes], *, most_again: bool
) -> Iterator[str]:
    for content, put_in in Counter(contents).items():
        if arrived[content] > (put_in if most_again else 1):
            yield f"a {kind} was published {arrived[content]} times"
        if not arrived[content] and not shown[content]:
            yield f"a {kind} is missing"


def _count(files: dict[str, bytes], where: Callable[[str], bool]) -> Counter[bytes]:
    return Counter(content for path, content in files.items() if where(path))


def _parcels(world: World, wanted: Wanted) -> Iterator[str]:
    numbered = Counter(
        (parcel.direction, *parcel.target.parts[:2], parcel.name.casefold(), parcel.number)
        for parcel in world.parcels
        if parcel.target and not parcel.duplicate
    )
    for series, times in numbered.items():
        if times > 1:
            yield f"number {series[-1]} was given {times} times"
    for name, times in Counter(world.temporaries).items():
        if times > 1:
            yield f"the temporary name {name} was used {times} times"
    for parcel in world.parcels:
        yield from _ends(parcel, world, wanted)


def _ends(parcel: Parcel, world: World, wanted: Wanted) -> Iterator[str]:
    match parcel.state:
        case State.HELD:
            if not parcel.shown:
                yield "a held parcel is not shown"
            content = next((one for path, one in world.on_relay.items() if path == f"spool/{parcel.id}"), b"")
            excused = (wanted.touched or parcel.direction is Direction.CLAIM) and set(parcel.reasons) <= _MAY_HOLD
            again = wanted.touched and content in wanted.overruled
            if not excused and not again and content not in wanted.held:
                yield f"normal work is held: {' '.join(parcel.reasons)}"
        case State.NOTED if parcel.direction is Direction.CLAIM and not parcel.duplicate:
            yield from _slip(parcel, world, wanted)
        case State.NOTED | State.RETIRED | State.FORGOTTEN:
            return
        case _:
            yield f"a parcel does not end: {parcel.state}"


def _slip(parcel: Parcel, world: World, wanted: Wanted) -> Iterator[str]:
    final = str(DELIVERED / str(parcel.target))
    copy = world.on_relay.get(final)
    if final not in wanted.placed and (copy is None or copy != world.on_relay.get(f"spool/{parcel.id}", copy)):
        yield "the copy in 配達済み is missing or differs"
    folder = str(PurePosixPath(final).parent)
    if not any(path.startswith(f"{folder}/配達票") for path in world.on_relay):
        yield "a delivery has no slip"


def _folders(world: World, wanted: Wanted) -> Iterator[str]:
    for path, content in world.on_relay.items():
        if path in wanted.placed or not path.startswith(f"{PEOPLE}/") or not path.endswith(".txt"):
            continue
        if not content.startswith(BOM_UTF8) or not content.endswith(b"\r\n"):
            yield "a note is not whole"
    for path, content in wanted.placed.items():
        if path not in world.on_share and path not in world.on_relay:
            yield f"what staff put there is gone: {path}"
        elif content not in (world.on_share.get(path), world.on_relay.get(path)):
            yield f"what staff put there was overwritten: {path}"


def _leavings(world: World, wanted: Wanted) -> Iterator[str]:
    if any(path.startswith(".gateway/") for path in world.on_share):
        yield "a temporary lies on the share"
    waits = any(one.direction is Direction.RETURN and one.state is State.HELD for one in world.parcels)
    if not waits and any(path.startswith("returns/") and path.count("/") == 1 for path in world.on_share):
        yield "a return was not put away"
    if any(path.startswith(f"{PEOPLE}/{CLAIMS}/") for path in world.on_relay):
        yield "a file stays in 請求"
    spooled = {path.partition("/")[2] for path in world.on_relay if path.startswith("spool/")}
    known = {parcel.id for parcel in world.parcels if parcel.state is not State.FORGOTTEN}
    if spooled != known:
        yield f"the spool holds {len(spooled - known)} files of no parcel and lacks {len(known - spooled)}"

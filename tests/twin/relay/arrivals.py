"""What a campaign's end is held to: every letter arrived once, byte for byte, in its folder, with its slip and its number."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, Parcel, State
from gateway.relay.places import Places
from tests.twin.relay.post import Letter

PARCELS_MOST = 100_000


def parcels(places: Places) -> tuple[Parcel, ...]:
    """Everything the ledger knows that became a parcel."""
    with Ledger.read(places.ledger) as ledger:
        return tuple(one for one in ledger.parcels(PARCELS_MOST) if one.state is not State.FORGOTTEN)


def wrong(post: list[Letter], places: Places, share: Path) -> list[str]:
    """What is not as it must be; empty when everything is."""
    known = parcels(places)
    return [
        *_each_once(post, known),
        *_in_their_folders(post, known, places, share),
        *_numbers(known),
        *_leavings(known, places, share),
    ]


def _each_once(post: list[Letter], known: tuple[Parcel, ...]) -> Iterator[str]:
    put_in = Counter(sha256(letter.content).hexdigest() for letter in post)
    carried = Counter(parcel.digest for parcel in known)
    if put_in != carried:
        yield f"{sum((put_in - carried).values())} letters have no parcel, {sum((carried - put_in).values())} have two"
    must_be_held = {sha256(letter.content).hexdigest() for letter in post if letter.held}
    for parcel in known:
        if (parcel.state is State.HELD) != (parcel.digest in must_be_held):
            yield f"a parcel is {parcel.state} {' '.join(parcel.reasons)}"
        if parcel.state not in {State.NOTED, State.HELD}:
            yield f"a parcel does not rest: {parcel.state}"


def _in_their_folders(post: list[Letter], known: tuple[Parcel, ...], places: Places, share: Path) -> Iterator[str]:
    sent = {parcel for parcel in known if parcel.state is State.NOTED and not parcel.duplicate}
    claims = {str(one.target): one.digest for one in sent if one.direction is Direction.CLAIM}
    brought = {str(one.target): one.digest for one in sent if one.direction is Direction.RETURN}
    if _digests(share / "claims") != claims:
        yield "the terminal's folder is not what the ledger says"
    if _digests(places.returns) != brought:
        yield "返戻 is not what the ledger says"
    copies = {path: digest for path, digest in _digests(places.delivered).items() if not path.endswith(".txt")}
    if copies != claims:
        yield "配達済み is not what the ledger says"
    for target in claims:
        folder = (places.delivered / target).parent
        if not any(note.name.startswith("配達票") for note in folder.iterdir()):
            yield f"no slip beside {target}"
    held = Counter(letter.content for letter in post if letter.held)
    shown = Counter(file.read_bytes() for file in places.held.rglob("*.UKE"))
    if shown != held:
        yield f"保留 shows {sum(shown.values())} files of {sum(held.values())}"
    away = Counter(file.read_bytes() for file in (share / "returns" / "取込済").iterdir())
    if away != Counter(letter.content for letter in post if letter.returned):
        yield "not every return was put away"


def _numbers(known: tuple[Parcel, ...]) -> Iterator[str]:
    series: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for parcel in known:
        if parcel.target and not parcel.duplicate:
            series[parcel.direction, *parcel.target.parts[:2], parcel.name.casefold()].append(parcel.number)
    for numbers in series.values():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"a series counts {sorted(numbers)}"


def _leavings(known: tuple[Parcel, ...], places: Places, share: Path) -> Iterator[str]:
    if {file.name for file in places.spool.iterdir()} != {parcel.id for parcel in known}:
        yield "the spool is not what the ledger says"
    if left := [file for file in places.drop.rglob("*") if file.is_file()]:
        yield f"{len(left)} files stay in 請求"
    if list((share / ".gateway").iterdir()):
        yield "temporaries lie on the share"


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }

"""What must be there when the scripted month is over: every folder, name, slip and ledger row, and nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, State
from gateway.relay.places import Places
from gateway.relay.slip import NOT_A_RECEIPT, REPLACED, SLIP
from gateway.relay.verify import verify
from gateway.twin.month_post import SECOND_DOWNLOAD
from gateway.twin.month_script import Comes

AGAIN = "同じファイル"


@dataclass(frozen=True, slots=True)
class Ended:
    """Where to look: the relay's folders, the terminal's share, the journal's text."""

    places: Places
    share: Path
    journal: Path


def mistakes(ended: Ended, foretold: tuple[Comes, ...]) -> tuple[int, tuple[str, ...]]:
    """How many things were compared, and what is not as foretold."""
    last = {(comes.content, comes.again): comes for comes in foretold}
    arrived = [comes for comes in last.values() if not comes.again]
    claims = {comes.place: comes.content for comes in arrived if _is_claim(comes)}
    returns = {comes.place: comes.content for comes in arrived if not _is_claim(comes)}
    away = {_as_downloaded(place): content for place, content in returns.items()}
    folders: tuple[tuple[str, dict[str, bytes], dict[str, bytes]], ...] = (
        ("the terminal's claims", _files(ended.share / "claims"), claims),
        (
            "the terminal's 取込済",
            _files(ended.share / "returns"),
            {f"取込済/{name}": one for name, one in away.items()},
        ),
        ("返戻", _files(ended.places.returns), returns),
        ("請求", _files(ended.places.drop), {}),
        ("保留", _files(ended.places.held), {}),
    )
    compared = [line for name, found, wanted in folders for line in _compared(name, found, wanted)]
    compared += _delivered(_files(ended.places.delivered), claims, again=sum(comes.again for comes in last.values()))
    compared += _ledger(ended.places, last)
    compared += _journal(ended.journal)
    return len(compared), tuple(line for line in compared if line)


def _is_claim(comes: Comes) -> bool:
    return comes.content.startswith(b"IR,")


def _as_downloaded(place: str) -> str:
    """The name the terminal's browser gave: the second payer's file had the mark of a second download."""
    path = PurePosixPath(place)
    return SECOND_DOWNLOAD if path.parts[1] == "国保" else path.name


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def _compared(name: str, found: dict[str, bytes], wanted: dict[str, bytes]) -> Iterator[str]:
    """A line for each path: empty where it is right."""
    for path in sorted({*found, *wanted}):
        if path not in wanted:
            yield f"{name}: {path} should not be there"
        elif path not in found:
            yield f"{name}: {path} is missing"
        else:
            yield "" if found[path] == wanted[path] else f"{name}: {path} has other bytes"
    yield "" if bool(found) == bool(wanted) else f"{name}: it should be empty" if found else f"{name}: it is empty"


def _delivered(found: dict[str, bytes], claims: dict[str, bytes], *, again: int) -> Iterator[str]:
    """配達済み: a copy and a slip for each claim, a mark beside each number that a later one of its series replaced."""
    notes = {path: content.decode("utf-8-sig") for path, content in found.items() if path.endswith(".txt")}
    yield from _compared("配達済み", {path: one for path, one in found.items() if path not in notes}, claims)
    wanted = {str(PurePosixPath(place).with_name(f"{SLIP}.txt")) for place in claims}
    wanted |= {
        str(PurePosixPath(place).with_name(f"{REPLACED}_{PurePosixPath(place).name}.txt"))
        for place in claims
        if any(_replaces(later, place) for later in claims)
    }
    repeats = {path for path in notes if PurePosixPath(path).name.startswith(AGAIN)}
    yield "" if len(repeats) == again else f"配達済み: {len(repeats)} notes of a file that came again, not {again}"
    for path in sorted(wanted ^ (notes.keys() - repeats)):
        yield f"配達済み: {path} {'is missing' if path in wanted else 'should not be there'}"
    for path in sorted(wanted & notes.keys()):
        slip = PurePosixPath(path).name.startswith(SLIP)
        yield "" if not slip or notes[path].startswith(NOT_A_RECEIPT) else f"配達済み: {path} does not begin as it must"


def _replaces(later: str, place: str) -> bool:
    """Whether two places differ only in a higher number: same month, payer, variant and name."""
    (month, payer, folder, name), (month2, payer2, folder2, name2) = later.split("/"), place.split("/")
    variant, variant2 = folder.split("_")[2:], folder2.split("_")[2:]
    return (month, payer, variant, name) == (month2, payer2, variant2, name2) and folder[:2] > folder2[:2]


def _ledger(places: Places, last: dict[tuple[bytes, bool], Comes]) -> Iterator[str]:
    with Ledger.read(places.ledger) as ledger:
        rows = [one for one in ledger.parcels() if one.state is not State.FORGOTTEN]
    found = sorted((one.digest, one.duplicate, str(one.target), str(one.direction), str(one.state)) for one in rows)
    wanted = sorted(
        (
            sha256(comes.content).hexdigest(),
            comes.again,
            comes.place,
            str(Direction.CLAIM if _is_claim(comes) else Direction.RETURN),
            str(comes.state),
        )
        for comes in last.values()
    )
    for row in wanted:
        yield "" if row in found else f"ledger: no row for {row[2]}"
    yield "" if len(found) == len(wanted) else f"ledger: {len(found)} rows, not {len(wanted)}"
    for finding in verify(places).findings:
        yield f"ledger: {finding.line('en')}"
    yield ""  # it was read from end to end


def _journal(journal: Path) -> Iterator[str]:
    text = journal.read_text()
    for told in ("RECEIPT", ".UKE", ".HEN", "架空"):
        yield f"journal: it tells {told}" if told in text else ""

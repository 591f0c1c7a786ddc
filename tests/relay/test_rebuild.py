import hashlib
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay import durable
from gateway.relay.decisions import Decision, Word, publish, read
from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.ledger_file import rebuilt as unfinished
from gateway.relay.parcel import Direction, Parcel, State
from gateway.relay.places import Places
from gateway.relay.rebuild import rebuild
from gateway.relay.verify import verify
from tests.claims.synthetic import claim_file
from tests.relay.test_ledger import NOW, parcel
from tests.relay.test_rebuild_salvage import leaf

CONTENT = claim_file()
DIGEST = hashlib.sha256(CONTENT).hexdigest()
PARCELS = 40


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A ledger of some pages: parcels at rest, and three on their way with their files in the spool."""
    places = Places(tmp_path)
    places.prepare()
    with Ledger.open(places.ledger, NOW) as ledger:
        for number in range(1, PARCELS + 1):
            ledger.record(parcel(number, digest=DIGEST, state=State.RETIRED, reasons=()), "Expired", NOW)
        for number, state in ((41, State.DELIVERING), (42, State.RENAMING), (43, State.HELD)):
            ledger.record(parcel(number, digest=DIGEST, state=state, reasons=("points-differ",)), "x", NOW)
            (places.spool / parcel(number).id).write_bytes(CONTENT)
    return places


def damage(path: Path, page: int) -> str:
    """Overwrite one page, as a dying disk does. Returns the file's digest from then on."""
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def held(places: Places) -> dict[str, tuple[str, ...]]:
    with Ledger.read(places.ledger) as ledger:
        return {found.id: found.reasons for found in ledger.parcels(1000) if found.state is State.HELD}


def test_a_damaged_ledger_is_refused_rebuilt_and_sound_again(places: Places) -> None:
    old = damage(places.ledger, leaf(places.ledger, "parcel", 1))
    with pytest.raises(LedgerError, match="keep the file"):
        Ledger.open(places.ledger)

    result = rebuild(places, NOW)

    assert (result.old, result.kept is not None) == (old, True)
    assert result.kept is not None
    assert hashlib.sha256(result.kept.read_bytes()).hexdigest() == old
    assert PARCELS // 2 < result.parcels <= PARCELS + 3
    assert verify(places).sound
    with Ledger.open(places.ledger) as ledger:
        links = ledger.links()
        assert [link.said["fact"] for link in links[:2]] == ["begun", "rebuilt"]
        assert links[1].said["old"] == old
        assert len(ledger.steps(parcel(41).id)) >= 2


def test_what_was_on_its_way_is_held_and_what_rested_rests(places: Places) -> None:
    with Ledger.open(places.ledger) as ledger:
        ledger._db.executescript("DROP TRIGGER chain_is_never_changed; UPDATE chain SET hash = 'x' WHERE sequence = 9;")

    result = rebuild(places, NOW)

    assert (result.parcels, result.held, result.found, result.lost) == (PARCELS + 3, 2, 0, 0)
    assert held(places) == {
        parcel(41).id: ("ledger-rebuilt",),
        parcel(42).id: ("ledger-rebuilt",),
        parcel(43).id: ("points-differ",),
    }
    with Ledger.read(places.ledger) as ledger:
        assert {found.id for found in ledger.unfinished()} == {parcel(number).id for number in (41, 42, 43)}
        assert ledger.parcel(parcel(1).id) == parcel(1, digest=DIGEST, state=State.RETIRED, reasons=())


def test_a_file_of_the_spool_nobody_knows_becomes_a_held_parcel(places: Places) -> None:
    (places.spool / ("e" * 32)).write_bytes(CONTENT)
    (places.spool / ("f" * 32)).write_bytes(b"what is this")

    result = rebuild(places, NOW)

    assert result.found == 2
    with Ledger.read(places.ledger) as ledger:
        claim, other = ledger.parcel("e" * 32), ledger.parcel("f" * 32)
    assert claim is not None
    assert (claim.name, claim.digest, claim.state) == ("eeeeeeee.UKE", DIGEST, State.HELD)
    assert claim.summary is not None
    assert other is not None
    assert (other.name, other.reasons) == ("ffffffff.bin", ("ledger-rebuilt",))


def test_a_lost_ledger_goes_on_from_the_numbers_the_folders_show(places: Places) -> None:
    for number in (1, 3):
        folder = places.delivered / f"2021-11/社保/{number:02}回目_1108-2310"
        folder.mkdir(parents=True)
        (folder / "RECEIPTC.UKE").write_bytes(CONTENT)
        (folder / "配達票.txt").write_text("x")
        (folder / "差替済_RECEIPTC.UKE.txt").write_text("x")
    places.ledger.unlink()

    result = rebuild(places, NOW)

    assert (result.old, result.kept, result.parcels, result.held) == ("", None, 5, 3)
    assert verify(places).sound
    with Ledger.read(places.ledger) as ledger:
        fresh = replace(parcel(1), number=0, target=None)
        assert ledger.next_number(fresh, NOW) == 4


def test_a_file_that_is_no_database_at_all_is_kept_and_replaced(places: Places) -> None:
    places.ledger.write_bytes(b"nothing of this reads" * 500)

    result = rebuild(places, NOW)

    assert result.kept is not None
    assert result.kept.read_bytes().startswith(b"nothing of this")
    assert (result.parcels, result.held) == (3, 3)
    assert verify(places).sound


def test_what_the_log_holds_is_not_lost(places: Places, tmp_path: Path) -> None:
    with Ledger.open(places.ledger) as running:
        running.record(parcel(50, digest=DIGEST, state=State.RETIRED), "Expired", NOW)
        names = ("ledger.sqlite3", "ledger.sqlite3-wal")
        cut_off = {name: (places.root / name).read_bytes() for name in names}
    for name, content in cut_off.items():
        (places.root / name).write_bytes(content)
    (places.spool / ("e" * 32)).write_bytes(CONTENT)

    rebuild(places, NOW)

    with Ledger.read(places.ledger) as ledger:
        assert ledger.parcel(parcel(50).id) is not None
        assert ledger.links()[1].said["fact"] == "rebuilt"  # the old log was not read into the new file


def test_a_backup_can_be_the_source(places: Places, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backup.write_bytes(places.ledger.read_bytes())
    places.ledger.write_bytes(b"gone" * 1000)

    assert rebuild(places, NOW, backup).parcels == PARCELS + 3
    assert backup.exists()


def test_what_has_no_bytes_any_more_is_over(places: Places) -> None:
    (places.spool / parcel(41).id).unlink()

    rebuild(places, NOW)

    with Ledger.read(places.ledger) as ledger:
        assert ledger.state(parcel(41).id) == State.RETIRED
    assert verify(places).sound


def test_an_erased_parcel_stays_erased(places: Places) -> None:
    with Ledger.open(places.ledger) as ledger:
        ledger.erase_names(parcel(1).id, NOW)
    (places.spool / ("e" * 32)).write_bytes(CONTENT)

    rebuild(places, NOW)

    assert verify(places).sound
    with Ledger.read(places.ledger) as ledger:
        erased = ledger.parcel(parcel(1).id)
    assert erased is not None
    assert erased.name == ""


def test_a_word_said_before_is_not_heard_afterwards(places: Places) -> None:
    publish(places, Decision(parcel(41).id, Word.RELEASE, "院長", "確認した"))
    (places.spool / ("e" * 32)).write_bytes(CONTENT)

    rebuild(places, NOW)

    assert read(places) == ()


class PowerCut(BaseException):
    """The machine stops here."""


EFFECTS = ("create", "rename", "link", "unlink")  # what a killed process leaves behind


def cut_after(monkeypatch: pytest.MonkeyPatch, cut_at: int) -> None:
    """From here on the power goes after the n-th effect on the disk."""
    count = 0

    def cutting(effect: Callable[..., object]) -> Callable[..., object]:
        def cut(*args: object) -> object:
            nonlocal count
            answer = effect(*args)
            count += 1
            if count == cut_at:
                raise PowerCut
            return answer

        return cut

    for name in EFFECTS:
        monkeypatch.setattr(durable, name, cutting(getattr(durable, name)))


def test_broken_off_anywhere_it_is_run_again_and_nothing_is_lost(places: Places, tmp_path: Path) -> None:
    (places.spool / ("e" * 32)).write_bytes(CONTENT)
    damage(places.ledger, 1)
    places.ledger.with_name("ledger.sqlite3-wal").write_bytes(b"an old log")
    for cut_at in range(1, 60):
        again = Places(shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-{cut_at}")))
        with pytest.MonkeyPatch.context() as monkeypatch, suppress(PowerCut):
            cut_after(monkeypatch, cut_at)
            rebuild(again, NOW)
            break
        if unfinished(again.ledger).exists():
            with pytest.raises(LedgerError, match="broke off"):
                Ledger.open(again.ledger)
        if unfinished(again.ledger).exists() or not verify(again).sound:
            rebuild(again, NOW)

        assert verify(again).sound
        assert len(held(again)) == 4
        assert [file.name for file in again.root.iterdir() if file.suffix in {".copy", ".new", ".rebuilt"}] == []
        shutil.rmtree(again.state)

    assert cut_at > 8  # so many effects were cut after


def test_returns_count_on_too(places: Places) -> None:
    folder = places.returns / "2026-11/社保/02回目_1108-2310"
    folder.mkdir(parents=True)
    (folder / "RECEIPTC.HEN").write_bytes(b"x")
    places.ledger.unlink()

    rebuild(places, NOW)

    with Ledger.read(places.ledger) as ledger:
        found = [one for one in ledger.parcels(1000) if one.direction is Direction.RETURN]
    assert [(one.number, one.target) for one in found] == [
        (2, PurePosixPath("2026-11/社保/02回目_1108-2310/RECEIPTC.HEN"))
    ]
    assert all(isinstance(one, Parcel) for one in found)


def test_what_a_backup_shows_as_held_may_have_been_released_since(places: Places, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite3"
    shutil.copy(places.ledger, backup)

    rebuild(places, NOW, backup)

    assert held(places)[parcel(43).id] == ("points-differ", "ledger-rebuilt")

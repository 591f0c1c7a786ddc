import hashlib
import os
import resource
from pathlib import Path

import pytest
import pyzipper

from gateway.relay import durable
from gateway.relay.decisions import Decision, Word, publish, read
from gateway.relay.errors import RelayRefused
from gateway.relay.export import export, undelivered, why_not
from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.parcel import Direction, Parcel, State
from gateway.relay.places import Places
from gateway.relay.verify import verify
from tests.relay.test_ledger import NOW, parcel

PASSWORD = "five words are long enough"
CONTENT = b"claim" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
STATES = (State.DELIVERING, State.NOTED, State.HELD, State.TAKEN)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Four claims in four states, and a return on its way."""
    places = Places(tmp_path / "state")
    places.prepare()
    with Ledger.open(places.ledger, NOW) as ledger:
        for number, state in enumerate(STATES, start=1):
            ledger.record(claim(number, state), "x", NOW)
        ledger.record(parcel(9, state=State.DELIVERING, direction=Direction.RETURN, digest=DIGEST), "x", NOW)
    for number in (1, 2, 3, 4, 9):
        (places.spool / parcel(number).id).write_bytes(CONTENT)
    return places


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    (tmp_path / "usb").mkdir()
    return tmp_path / "usb"


def claim(number: int, state: State) -> Parcel:
    return parcel(number, state=state, digest=DIGEST, size=len(CONTENT), shown=True)


def test_what_has_not_arrived_goes_out_and_is_held_from_then_on(places: Places, medium: Path) -> None:
    with Ledger.open(places.ledger) as ledger:
        waiting = undelivered(ledger)
        done = export(ledger, places, waiting, to=medium, password=PASSWORD, now=NOW)

        assert [found.number for found in waiting] == [1, 4]
        assert done.held == 2
        assert {ledger.state(one.id) for one in waiting} == {State.HELD}
        assert {one.reasons for one in ledger.parcels() if one.id in {w.id for w in waiting}} == {("exported",)}
        assert undelivered(ledger) == ()
        said = [link.said for link in ledger.links() if link.said["fact"] == "exported"]
        assert [fields["archive"] for fields in said] == [done.digest] * 2
    assert list(medium.iterdir()) == [done.archive]
    assert done.archive.name == "【厳秘】請求ファイル_20261108-231000.zip"
    assert hashlib.sha256(done.archive.read_bytes()).hexdigest() == done.digest
    assert done.archive.stat().st_mode & 0o077 == 0
    with pyzipper.AESZipFile(done.archive) as archive:
        archive.setpassword(PASSWORD.encode())
        assert [archive.read(name) for name in archive.namelist() if name.endswith(".UKE")] == [CONTENT] * 2
    assert verify(places).sound


@pytest.mark.parametrize("state", [State.DELIVERED, State.NOTED])
def test_a_delivered_one_can_go_out_too_and_stays_what_it_is(places: Places, medium: Path, state: State) -> None:
    with Ledger.open(places.ledger) as ledger:
        ledger.record(claim(2, state), "x", NOW)
        done = export(ledger, places, [claim(2, state)], to=medium, password=PASSWORD, now=NOW)

        assert (done.held, ledger.state(parcel(2).id)) == (0, state)


def test_a_virus_is_never_given_out_nor_what_has_no_bytes() -> None:
    spooled = frozenset({parcel(1).id})

    assert "never" in why_not(parcel(1, state=State.HELD, reasons=("virus",)), spooled)
    assert "not in the spool" in why_not(parcel(2), spooled)
    assert why_not(parcel(1), spooled) == ""


def nothing_happened(places: Places, medium: Path) -> bool:
    with Ledger.read(places.ledger) as ledger:
        facts = {link.said["fact"] for link in ledger.links()}
        return not list(medium.iterdir()) and "exported" not in facts and len(undelivered(ledger)) == 2


def test_one_that_cannot_go_out_keeps_all_in(places: Places, medium: Path) -> None:
    (places.spool / parcel(4).id).unlink()

    with Ledger.open(places.ledger) as ledger, pytest.raises(RelayRefused, match="not in the spool") as refused:
        export(ledger, places, undelivered(ledger), to=medium, password=PASSWORD, now=NOW)

    assert refused.value.wrong_input
    assert nothing_happened(places, medium)


def test_a_spool_with_other_bytes_is_not_exported(places: Places, medium: Path) -> None:
    (places.spool / parcel(1).id).write_bytes(b"other")

    with Ledger.open(places.ledger) as ledger, pytest.raises(RelayRefused, match="the spool holds other bytes"):
        export(ledger, places, undelivered(ledger), to=medium, password=PASSWORD, now=NOW)

    assert nothing_happened(places, medium)


def test_a_full_medium_leaves_nothing_behind(places: Places, medium: Path) -> None:
    content = os.urandom(200_000)
    (places.spool / parcel(1).id).write_bytes(content)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Ledger.open(places.ledger) as ledger:
        ledger.record(parcel(1, digest=hashlib.sha256(content).hexdigest(), state=State.DELIVERING), "x", NOW)
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
        try:
            with pytest.raises(RelayRefused, match="File too large"):
                export(ledger, places, undelivered(ledger), to=medium, password=PASSWORD, now=NOW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert nothing_happened(places, medium)


def test_a_medium_that_gives_back_other_bytes_is_refused(
    places: Places, medium: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file alone is written wrong, between the last write and the reading back."""
    monkeypatch.setattr(durable, "sync", lambda descriptor: os.pwrite(descriptor, b"\x00" * 64, 300))
    with Ledger.open(places.ledger) as ledger, pytest.raises(RelayRefused, match="use another one"):
        export(ledger, places, undelivered(ledger), to=medium, password=PASSWORD, now=NOW)

    monkeypatch.undo()
    assert nothing_happened(places, medium)


def test_no_record_no_archive(places: Places, medium: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Ledger.open(places.ledger) as ledger:
        waiting = undelivered(ledger)
        ledger._db.execute("CREATE TRIGGER no_more BEFORE INSERT ON chain BEGIN SELECT RAISE(ABORT, 'full'); END")
        with pytest.raises(LedgerError):
            export(ledger, places, waiting, to=medium, password=PASSWORD, now=NOW)

    assert nothing_happened(places, medium)


def test_recorded_but_not_renamed_says_so(places: Places, medium: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_rename(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(durable, "rename", no_rename)
    with Ledger.open(places.ledger) as ledger:
        with pytest.raises(RelayRefused, match="rename it by hand"):
            export(ledger, places, undelivered(ledger), to=medium, password=PASSWORD, now=NOW)
        assert ledger.state(parcel(1).id) == State.HELD

    assert [file.suffix for file in medium.iterdir()] == [".part"]


def test_a_folder_that_is_not_there_is_one_line(places: Places, tmp_path: Path) -> None:
    with Ledger.open(places.ledger) as ledger, pytest.raises(RelayRefused, match="No such file"):
        export(ledger, places, undelivered(ledger), to=tmp_path / "none", password=PASSWORD, now=NOW)


def test_what_was_held_already_says_on_its_note_that_it_went_out(places: Places, medium: Path) -> None:
    with Ledger.open(places.ledger) as ledger:
        waiting = claim(3, State.HELD)
        publish(places, Decision(waiting.id, Word.RELEASE, "院長", "確認した"))
        for _ in range(2):
            export(ledger, places, [waiting], to=medium, password=PASSWORD, now=NOW)
            for archive in medium.iterdir():
                archive.unlink()
        after = ledger.parcel(waiting.id)

    assert after is not None
    assert after.reasons == (*waiting.reasons, "exported")
    assert not after.shown  # the note is written anew
    assert read(places) == ()
    assert verify(places).sound

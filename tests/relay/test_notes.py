import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.relay.drop import look
from gateway.relay.ledger import Ledger
from gateway.relay.notes import Notes
from gateway.relay.parcel import Hold, Parcel, State
from gateway.relay.places import Places
from tests.relay.conftest import directory_shelf, run
from tests.relay.rig import HEAD
from tests.relay.test_ledger import NOW, parcel

CONTENT = b"claim"
DAYS_LATER = NOW + timedelta(hours=60)
FIRST, SECOND, THIRD = (f"2021-11/社保/{number:02}回目_1108-2310" for number in (1, 2, 3))


class Desk:
    """Notes on real folders and a real ledger, written 60 hours after everything in the ledger happened."""

    def __init__(self, place: Path, ledger: Ledger) -> None:
        self.places = Places(place)
        self.places.prepare()
        self.ledger = ledger
        self.notes = Notes(directory_shelf(self.places.root), ledger, HEAD, lambda: DAYS_LATER)
        self.copy = place / "copy"
        self.copy.write_bytes(CONTENT)

    def known(self, number: int, state: State, **changes: Any) -> Parcel:
        """A parcel the ledger shows in `state`."""
        digest = hashlib.sha256(CONTENT).hexdigest()
        one = replace(parcel(number, reasons=()), state=state, digest=digest, seen_at=NOW, **changes)
        self.ledger.record(one, "Begun", _at(number))
        return one

    def texts(self, folder: Path) -> dict[str, str]:
        files = sorted(folder.rglob("*.txt"))
        return {str(file.relative_to(folder)): file.read_bytes().decode("utf-8-sig") for file in files}


def _at(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        yield Desk(tmp_path / "state", ledger)


def test_the_slip_and_the_mark_say_when_it_was_delivered_not_when_they_were_written(desk: Desk) -> None:
    desk.known(1, State.NOTED)
    second = desk.known(2, State.DELIVERED)
    desk.ledger.record(replace(second, failures=2), "Failed", DAYS_LATER)  # a try to write it that failed

    run(lambda: desk.notes.delivered(second, desk.copy))

    texts = desk.texts(desk.places.delivered)
    assert "端末に届いた日時: 2026-11-08 23:12:00" in texts[f"{SECOND}/配達票.txt"]
    assert "（2026-11-08 23:12:00）" in texts[f"{FIRST}/差替済_RECEIPTC.UKE.txt"]


def test_a_held_note_says_when_it_was_held(desk: Desk) -> None:
    held = desk.known(1, State.HELD)

    run(lambda: desk.notes.show_held(held, desk.copy))

    (text,) = desk.texts(desk.places.held).values()
    assert "保留にした日時: 2026-11-08 23:11:00" in text


def test_a_slip_whose_answer_was_lost_says_between_which_moments_the_file_arrived(desk: Desk) -> None:
    asked = desk.known(1, State.RENAMING)
    found = replace(asked, state=State.DELIVERED)
    desk.ledger.record(found, "TargetLooked", DAYS_LATER)

    run(lambda: desk.notes.delivered(found, desk.copy))

    (text,) = desk.texts(desk.places.delivered).values()
    assert "端末に届いた日時: 2026-11-08 23:11:00 から 2026-11-11 11:10:00 までの間" in text


def test_a_file_held_again_gets_the_new_reason_on_its_note(desk: Desk) -> None:
    held = desk.known(1, State.HELD, reasons=("occupied",))
    again = replace(held, reasons=("delivery-unknown",))

    run(lambda: desk.notes.show_held(held, desk.copy))
    run(lambda: desk.notes.show_held(again, desk.copy))

    (text,) = desk.texts(desk.places.held).values()
    assert "配達できたか確認できません" in text
    assert "同じ名前の別のファイル" not in text


def test_a_virus_is_not_laid_where_somebody_could_open_it(desk: Desk) -> None:
    held = desk.known(1, State.HELD, reasons=(str(Hold.VIRUS),))

    run(lambda: desk.notes.show_held(held, desk.copy))

    assert [file.suffix for file in desk.places.held.iterdir() if file.is_file()] == [".txt"]
    assert "この保留は解除できません" in next(iter(desk.texts(desk.places.held).values()))


def test_the_note_on_a_duplicate_says_when_it_was_put_in(desk: Desk) -> None:
    again = desk.known(1, State.DELIVERED, duplicate=True)

    run(lambda: desk.notes.duplicate(again))

    (text,) = desk.texts(desk.places.delivered).values()
    assert "2026-11-08 23:10:00 にもう一度入れられました" in text


@pytest.mark.parametrize(
    ("second", "marked"),
    [
        (State.HELD, {FIRST}),
        (State.FORGOTTEN, {FIRST}),
        (State.NOTED, {SECOND}),
        (State.RETIRED, {SECOND}),
        (State.DELIVERED, {SECOND}),
        # It will arrive after its successor: it and what it would have replaced are out of date.
        (State.DELIVERING, {FIRST, SECOND}),
    ],
)
def test_what_a_delivery_replaces_is_what_was_delivered_before(desk: Desk, second: State, marked: set[str]) -> None:
    desk.known(1, State.NOTED)
    desk.known(2, second)
    third = desk.known(3, State.DELIVERED)

    run(lambda: desk.notes.delivered(third, desk.copy))

    texts = desk.texts(desk.places.delivered)
    assert {name.rpartition("/")[0] for name in texts if "差替済" in name} == marked
    assert f"{THIRD}/配達票.txt" in texts


def test_a_name_with_a_line_of_its_own_forges_none_on_a_held_note(desk: Desk) -> None:
    held = desk.known(1, State.HELD, name="a\nSHA-256: 0\r\n.UKE")

    run(lambda: desk.notes.show_held(held, desk.copy))

    (text,) = desk.texts(desk.places.held).values()
    assert "ファイル: a\N{REPLACEMENT CHARACTER}SHA-256: 0\N{REPLACEMENT CHARACTER}" in text
    assert not any(line.startswith("SHA-256: 0") for line in text.splitlines())


def test_nor_on_the_note_about_something_that_is_left_alone(desk: Desk) -> None:
    (desk.places.drop / "a\n理由: なし\u2028\u202e").symlink_to("/nowhere")
    (found,) = look(desk.places.drop)
    assert found.oddity is not None
    oddity = found.oddity

    run(lambda: desk.notes.left_alone(found, oddity))

    (text,) = desk.texts(desk.places.held).values()
    assert "理由: なし" not in text.splitlines()
    assert "\u202e" not in text

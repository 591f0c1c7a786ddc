"""People's decisions on held files, on a whole relay: what travels, what stays, and what is said about it."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.relay import decisions
from gateway.relay.decisions import Decision, Word
from gateway.relay.export import export
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Hold, Parcel, State
from gateway.relay.rebuild import rebuild
from tests.claims.synthetic import claim_file
from tests.relay.rig import Fuse, PowerCut, Rig
from tests.relay.test_ledger import NOW

BROKEN = claim_file()[:-20]  # no GO
OURS = "山田"


class Waiting:
    """A rig with one held file."""

    def __init__(self, place: Path, content: bytes = BROKEN, name: str = "RECEIPTC.UKE") -> None:
        self.rig = Rig(place)
        self.content = content
        self.rig.drop(name, content)
        self.rig.carry()
        assert self.parcel.state is State.HELD

    @property
    def parcel(self) -> Parcel:
        (parcel,) = self.rig.parcels()
        return parcel

    @property
    def copy(self) -> Path:
        return next(file for file in self.rig.places.held.iterdir() if file.is_file() and file.suffix != ".txt")

    def moved(self, *folders: str) -> Path:
        """The held file, moved as Explorer does."""
        place = self.rig.places.held.joinpath(*folders)
        place.mkdir(exist_ok=True)
        return self.copy.rename(place / self.copy.name)

    def texts(self) -> dict[str, str]:
        return {name: data.decode("utf-8-sig") for name, data in self.rig.held().items() if name.endswith(".txt")}


@pytest.mark.parametrize("folders", [("承認",), ("承認", OURS)], ids=["only-one-may", "own-folder"])
def test_a_held_file_moved_into_approval_travels_and_its_slip_says_who(
    tmp_path: Path, folders: tuple[str, ...]
) -> None:
    waiting = Waiting(tmp_path)
    waiting.moved(*folders)

    waiting.rig.carry()

    (name,) = waiting.rig.delivered()
    assert waiting.rig.delivered()[name] == BROKEN
    assert "/01回目_" in name
    assert waiting.rig.held() == {}
    slip = next(data for path, data in waiting.rig.kept().items() if path.endswith("配達票.txt")).decode("utf-8-sig")
    assert "保留を解除した人: 山田（理由: 保留フォルダーで移動（承認））" in slip
    assert waiting.parcel.decided_by == OURS


def test_a_held_file_moved_into_rejection_is_put_away_with_a_note(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    waiting.moved("却下")

    waiting.rig.carry()

    assert waiting.parcel.state is State.REJECTED
    assert waiting.rig.delivered() == {}
    ((place, text),) = waiting.texts().items()
    assert place.startswith("却下/却下済_")
    assert "配達しません（却下）" in text
    assert list(waiting.rig.held()) == [place]
    assert (waiting.rig.places.spool / waiting.parcel.id).read_bytes() == BROKEN


def test_a_held_file_that_people_take_away_is_withdrawn(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    waiting.copy.unlink()

    waiting.rig.carry()

    assert (waiting.parcel.state, waiting.parcel.decided_by) == (State.REJECTED, "")
    assert waiting.rig.held() == {}


@pytest.mark.parametrize("where", ["整理", "."])
def test_a_held_file_that_people_rename_or_file_away_within_the_folder_still_waits(tmp_path: Path, where: str) -> None:
    waiting = Waiting(tmp_path)
    folder = waiting.rig.places.held / where
    folder.mkdir(exist_ok=True)
    waiting.copy.rename(folder / "あとで見る.UKE")

    waiting.rig.carry()

    assert waiting.parcel.state is State.HELD


def test_a_renamed_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    waiting.copy.rename(waiting.rig.places.held / "承認" / "10月分.UKE")

    waiting.rig.carry()

    assert list(waiting.rig.delivered().values()) == [BROKEN]
    assert next(iter(waiting.rig.delivered())).endswith("/RECEIPTC.UKE")


def test_a_changed_file_releases_nothing_and_stays_with_a_note(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    moved = waiting.moved("承認")
    moved.write_bytes(claim_file())

    waiting.rig.carry()
    waiting.rig.carry()

    assert waiting.parcel.state is State.HELD
    assert waiting.rig.delivered() == {}
    assert moved.read_bytes() == claim_file()
    refusals = [text for name, text in waiting.texts().items() if "受け付けていません" in name]
    assert len(refusals) == 1
    assert "保留にしたときと内容が違います" in refusals[0]


@pytest.mark.parametrize(("folders", "word"), [(("承認", "佐藤"), "承認できる人")], ids=["stranger"])
def test_who_may_not_release_is_told_so(tmp_path: Path, folders: tuple[str, ...], word: str) -> None:
    waiting = Waiting(tmp_path)
    waiting.moved(*folders)

    waiting.rig.carry()

    assert waiting.parcel.state is State.HELD
    assert any(word in text for name, text in waiting.texts().items() if "受け付けていません" in name)


def test_what_windows_cannot_hold_is_never_released(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path, claim_file(), "CON.UKE")
    assert "この保留は解除できません" in "".join(waiting.texts().values())
    waiting.moved("承認")

    waiting.rig.carry()

    assert waiting.parcel.state is State.HELD
    assert any("この理由の保留は解除できません" in text for text in waiting.texts().values())


def test_a_file_that_was_never_held_is_not_delivered_from_there(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    (rig.places.held / "承認" / "RECEIPTC.UKE").write_bytes(claim_file())

    rig.carry()

    assert rig.parcels() == []
    assert (rig.places.held / "承認" / "RECEIPTC.UKE").exists()
    assert any("保留のファイルではありません" in data.decode() for data in rig.held().values() if b"\r\n\r\n" in data)


@pytest.mark.parametrize(("word", "state"), [(Word.RELEASE, State.NOTED), (Word.REJECT, State.REJECTED)])
def test_a_command_decides_and_its_word_is_used_up(tmp_path: Path, word: Word, state: State) -> None:
    waiting = Waiting(tmp_path)
    decisions.publish(waiting.rig.places, Decision(waiting.parcel.id, word, "院長", "確認した"))

    waiting.rig.carry()
    waiting.rig.carry()

    assert (waiting.parcel.state, waiting.parcel.decided_by, waiting.parcel.decided_why) == (state, "院長", "確認した")
    assert decisions.read(waiting.rig.places) == ()
    with waiting.rig.ledger() as ledger:
        events = [step.event for step in ledger.steps(waiting.parcel.id)]
    assert events.count("Released") + events.count("Rejected") == 1


def test_a_word_on_what_is_not_held_is_dropped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rig = Rig(tmp_path)
    rig.drop("RECEIPTC.UKE", claim_file())
    rig.carry()
    (parcel,) = rig.parcels()
    decisions.publish(rig.places, Decision(parcel.id, Word.REJECT, "院長", "誤り"))
    decisions.path_of(rig.places, "f" * 32).write_text("nonsense")

    rig.carry()

    assert decisions.read(rig.places) == ()
    assert rig.parcels()[0].state is State.NOTED


def test_a_released_file_whose_place_was_taken_is_delivered_as_the_next_number(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.drop("RECEIPTC.UKE", claim_file())
    rig.carry()
    (parcel,) = rig.parcels()
    with Ledger.open(rig.places.ledger) as ledger:  # as if staff had put another file there before the rename
        ledger.record(_held(parcel, Hold.OCCUPIED), "TargetLooked", rig.clocks.wall())
    assert parcel.target is not None
    (rig.share / "claims" / parcel.target).write_bytes(b"somebody else's")
    decisions.publish(rig.places, Decision(parcel.id, Word.RELEASE, "院長", "確認した"))

    rig.carry()
    rig.carry()

    after = rig.parcels()[0]
    assert (after.state, after.number) == (State.NOTED, 2)
    assert sorted(rig.delivered().values()) == sorted([b"somebody else's", claim_file()])


def test_a_released_file_that_lies_there_already_is_not_sent_twice(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.drop("RECEIPTC.UKE", claim_file())
    rig.carry()
    (parcel,) = rig.parcels()
    with Ledger.open(rig.places.ledger) as ledger:
        ledger.record(_held(parcel, Hold.UNKNOWN_DELIVERY), "TargetLooked", rig.clocks.wall())
    decisions.publish(rig.places, Decision(parcel.id, Word.RELEASE, "院長", "確認した"))

    rig.carry()
    rig.carry()

    assert rig.parcels()[0].state is State.NOTED
    assert list(rig.delivered().values()) == [claim_file()]


def _held(parcel: Parcel, reason: str) -> Parcel:
    return replace(parcel, state=State.HELD, reasons=(reason,), shown=False)


def test_the_power_may_go_anywhere_between_release_and_slip(tmp_path: Path) -> None:
    whole = Fuse()
    first = Waiting(tmp_path / "whole")
    first.moved("承認")
    first.rig.carry(fuse=whole)

    for blows_at in range(1, whole.count + 1):
        waiting = Waiting(tmp_path / str(blows_at))
        waiting.moved("承認")
        with pytest.raises(PowerCut):
            waiting.rig.carry(fuse=Fuse(blows_at))
        waiting.rig.carry()
        waiting.rig.carry()

        assert waiting.parcel.state is State.NOTED
        assert list(waiting.rig.delivered().values()) == [BROKEN]
        assert waiting.rig.held() == {}


def test_a_decision_is_used_up_whatever_people_called_the_file(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    waiting.copy.rename(waiting.rig.places.held / "承認" / "10月分.UKE")
    waiting.rig.carry()
    assert waiting.rig.held() == {}

    waiting.rig.drop("RECEIPTD.UKE", BROKEN)  # the same bytes: nobody has said anything of this one
    waiting.rig.carry()
    waiting.rig.carry()

    assert [parcel.state for parcel in waiting.rig.parcels()] == [State.HELD, State.NOTED]
    assert list(waiting.rig.delivered().values()) == [BROKEN]


@pytest.mark.parametrize(
    ("folders", "state"),
    [(("承認", OURS, "11月", "済"), State.NOTED), (("整理", "2026", "11月", "あとで"), State.HELD)],
    ids=["approved", "still-waits"],
)
def test_folders_that_people_sort_by_take_no_file_away(tmp_path: Path, folders: tuple[str, ...], state: State) -> None:
    waiting = Waiting(tmp_path)
    place = waiting.rig.places.held.joinpath(*folders)
    place.mkdir(parents=True)
    waiting.copy.rename(place / waiting.copy.name)

    waiting.rig.carry()

    assert waiting.parcel.state is state


def test_a_name_as_long_as_names_can_be_keeps_no_other_decision_waiting(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    (waiting.rig.places.held / "承認" / ("長" * 83 + ".UKE")).write_bytes(b"x")
    waiting.copy.unlink()

    waiting.rig.carry()

    assert any("保留のファイルではありません" in text for text in waiting.texts().values())
    assert waiting.parcel.state is State.REJECTED


def test_what_was_approved_before_an_export_is_not_delivered_as_well(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    moved = waiting.moved("承認")
    decisions.publish(waiting.rig.places, Decision(waiting.parcel.id, Word.RELEASE, "院長", "確認した"))
    released = replace(waiting.parcel, state=State.TAKEN, decided_by="院長", decided_why="確認した")
    with Ledger.open(waiting.rig.places.ledger) as ledger:  # released; then the relay was stopped
        ledger.record(released, "Released", waiting.rig.clocks.wall())
        (tmp_path / "usb").mkdir()
        export(ledger, waiting.rig.places, [released], to=tmp_path / "usb", password="x" * 16, now=NOW)

    waiting.rig.carry()
    waiting.rig.carry()

    assert (waiting.parcel.state, waiting.parcel.reasons) == (State.HELD, (Hold.EXPORTED,))
    assert waiting.rig.delivered() == {}
    assert not moved.exists()
    assert waiting.copy.read_bytes() == BROKEN


def test_what_was_approved_before_a_rebuilding_waits_for_a_new_word(tmp_path: Path) -> None:
    waiting = Waiting(tmp_path)
    waiting.moved("承認")

    rebuild(waiting.rig.places, NOW)
    waiting.rig.carry()
    waiting.rig.carry()

    assert waiting.parcel.state is State.HELD
    assert waiting.rig.delivered() == {}
    assert waiting.copy.read_bytes() == BROKEN


def test_a_held_file_put_in_again_is_known_by_the_name_it_had(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.drop("RECEIPTC.UKE", claim_file())
    rig.carry()
    (first,) = rig.parcels()
    with Ledger.open(
        rig.places.ledger
    ) as ledger:  # as if the answer to the rename had been lost, and the file not found
        ledger.record(_held(first, Hold.UNKNOWN_DELIVERY), "TargetLooked", rig.clocks.wall())
    rig.carry()
    (copy,) = (file for file in rig.places.held.iterdir() if file.suffix == ".UKE")

    copy.rename(rig.places.drop / copy.name)  # as its note says
    rig.carry()
    rig.carry()

    assert {parcel.name for parcel in rig.parcels()} == {"RECEIPTC.UKE"}
    assert list(rig.delivered().values()) == [claim_file()] * len(rig.delivered())


def test_two_held_files_with_the_same_bytes_both_wait_whatever_people_call_them(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for name in ("RECEIPTC.UKE", "RECEIPTD.UKE"):
        rig.drop(name, BROKEN)
    rig.carry()
    for number, copy in enumerate(sorted(rig.places.held.glob("*.UKE"))):
        copy.rename(rig.places.held / f"あとで{number}.UKE")

    rig.carry()

    assert [parcel.state for parcel in rig.parcels()] == [State.HELD, State.HELD]

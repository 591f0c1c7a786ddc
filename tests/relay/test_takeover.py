import re
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.relay.backup import backup
from gateway.relay.chain import breaks
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Hold, Parcel, State
from gateway.relay.takeover import settled, take_over
from gateway.relay.verify import verify
from tests.claims.synthetic import claim_file, receipt
from tests.relay.rig import PowerCut, Rig

FIRST, SECOND, THIRD = (
    claim_file(receipt(1, points=points), trailer=f"GO,1,{points},99") for points in (100, 200, 300)
)
"""Three claims of the same month, payer and name."""
NUMBER = re.compile(r"/(\d\d)回目_")


def exported(old: Rig, place: Path) -> Path:
    """The old box's ledger as it stands now."""
    copy = place / "ledger.copy"
    backup(old.places.ledger, copy)
    return copy


def spare(old: Rig, copy: Path, place: Path) -> tuple[Rig, tuple[Parcel, ...]]:
    """A new box with that ledger, in front of the same terminal."""
    new = Rig(place)
    shutil.rmtree(new.share)
    new.share = old.share
    shutil.copy(copy, new.places.ledger)
    with Ledger.open(new.places.ledger) as ledger:
        left = take_over(ledger, ledger.head(), new.clocks.wall())
    return new, left


@pytest.fixture
def old(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "old")


def test_numbers_and_the_chain_go_on_where_the_export_ended(old: Rig, tmp_path: Path) -> None:
    old.drop("RECEIPTC.UKE", FIRST)
    old.carry()
    copy = exported(old, tmp_path)
    with Ledger.read(copy) as ledger:
        head = ledger.head()
    new, left = spare(old, copy, tmp_path / "new")

    new.drop("RECEIPTC.UKE", SECOND)
    new.carry()

    assert not left
    assert [NUMBER.findall(name)[0] for name in sorted(new.delivered())] == ["01", "02"]
    with new.ledger() as ledger:
        assert not [*breaks(ledger.links())]
        assert ledger.links()[head.sequence - 1].hash == head.hash
    assert verify(new.places, [head]).sound


def test_what_the_old_box_delivered_after_the_export_is_not_delivered_again(old: Rig, tmp_path: Path) -> None:
    old.drop("RECEIPTC.UKE", FIRST)
    old.carry()
    copy = exported(old, tmp_path)
    old.drop("RECEIPTC.UKE", SECOND)
    old.carry()
    before = old.delivered()
    new, _ = spare(old, copy, tmp_path / "new")

    new.drop("RECEIPTC.UKE", SECOND)  # somebody is not sure, and hands it in once more
    new.carry()

    assert new.delivered() == before
    assert [parcel.duplicate for parcel in new.parcels() if parcel.state is State.NOTED] == [True]


def test_a_new_claim_gets_the_number_after_the_one_the_export_does_not_know(old: Rig, tmp_path: Path) -> None:
    copy = exported_empty(old, tmp_path)
    for content in (FIRST, SECOND):
        old.drop("RECEIPTC.UKE", content)
        old.carry()
    new, _ = spare(old, copy, tmp_path / "new")

    new.drop("RECEIPTC.UKE", THIRD)
    new.carry()

    assert {NUMBER.findall(name)[0]: content for name, content in new.delivered().items()} == {
        "01": FIRST,
        "02": SECOND,
        "03": THIRD,
    }
    assert verify(new.places).sound


def exported_empty(old: Rig, place: Path) -> Path:
    Ledger.open(old.places.ledger).close()
    return exported(old, place)


def test_nothing_is_numbered_before_the_terminal_was_read(
    old: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = exported_empty(old, tmp_path)
    old.drop("RECEIPTC.UKE", FIRST)
    old.carry()
    new, _ = spare(old, copy, tmp_path / "new")
    new.share, away = tmp_path / "asleep", new.share
    new.drop("RECEIPTC.UKE", FIRST)
    monkeypatch.setattr("tests.relay.rig.REST_TIMEOUT_S", 0.3)
    with pytest.raises(BaseExceptionGroup) as caught:
        new.carry()
    assert caught.group_contains(TimeoutError)
    (waiting,) = new.parcels()
    assert (waiting.state, waiting.number) == (State.TAKEN, 0)

    monkeypatch.setattr("tests.relay.rig.REST_TIMEOUT_S", 20.0)
    new.share = away
    new.carry()

    assert len(new.delivered()) == 1


@pytest.mark.parametrize("cut_at", range(1, 12))
def test_what_was_on_its_way_stays_behind_and_is_found_if_it_arrived(old: Rig, tmp_path: Path, cut_at: int) -> None:
    old.drop("RECEIPTC.UKE", FIRST)
    with suppress(PowerCut):
        old.carry(cut_at=cut_at)
    copy = exported(old, tmp_path)
    old.rounds = 2  # a file that a restart forgets is seen in the next
    old.carry()  # the old box went on after its export, and delivered
    assert old.delivered()
    before = old.delivered()
    new, left = spare(old, copy, tmp_path / "new")
    assert verify(new.places).sound
    assert all(parcel.state is State.RETIRED and not parcel.arrived for parcel in left)

    new.drop("RECEIPTC.UKE", FIRST)
    new.carry()

    assert new.delivered() == before
    assert [parcel.duplicate for parcel in new.parcels() if parcel.state is State.NOTED] == [True]
    assert all(parcel.arrived for parcel in new.parcels() if parcel.target is not None)
    assert verify(new.places).sound


def test_what_stayed_behind_and_never_arrived_is_delivered_under_the_next_number(old: Rig, tmp_path: Path) -> None:
    old.drop("RECEIPTC.UKE", FIRST)
    with pytest.raises(PowerCut):
        old.carry(cut_at=7)
    copy = exported(old, tmp_path)
    new, (left,) = spare(old, copy, tmp_path / "new")
    assert Hold.LEFT_BEHIND in left.reasons

    new.drop("RECEIPTC.UKE", FIRST)
    new.carry()

    (name,) = new.delivered()
    assert NUMBER.findall(name) == ["02" if left.number else "01"]
    with new.ledger() as ledger:
        assert not ledger.owes_a_look


def test_half_made_files_of_the_old_box_are_removed_from_the_terminal(old: Rig, tmp_path: Path) -> None:
    copy = exported_empty(old, tmp_path)
    leavings = old.share / ".gateway"
    leavings.mkdir()
    (leavings / f"{'a' * 32}.1").write_bytes(FIRST)
    (leavings / "somebodys.txt").write_bytes(b"x")
    new, _ = spare(old, copy, tmp_path / "new")

    new.drop("RECEIPTC.UKE", FIRST)
    new.carry()

    assert [file.name for file in leavings.iterdir()] == ["somebodys.txt"]


@pytest.mark.parametrize("state", State)
def test_no_state_is_left_that_needs_bytes(old: Rig, tmp_path: Path, state: State) -> None:
    old.drop("RECEIPTC.UKE", FIRST)
    old.carry()
    (parcel,) = old.parcels()
    assert settled(replace(parcel, state=state)).state in {State.RETIRED, State.FORGOTTEN}

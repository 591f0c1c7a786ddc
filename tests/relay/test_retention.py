"""Retention on a whole relay: what is over its time goes everywhere, what people changed and what is on its way stays."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.relay.clock import Clocks
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import State
from gateway.relay.retention import expired, prune
from gateway.site.model import Retention
from tests.claims.synthetic import claim_file, return_file
from tests.relay.rig import Fuse, PowerCut, Rig
from tests.relay.test_ledger import NOW, parcel

CLAIM = claim_file()
KEPT = Retention.model_validate({"spool": "14d", "delivered": "93d", "ledger": "5y"})


def month(place: Path, after: str = "move") -> Rig:
    """A rig with a delivered claim, a fetched return and a held file."""
    rig = Rig(place, after=after)
    rig.drop("RECEIPTC.UKE", CLAIM)
    rig.drop("HELD.UKE", CLAIM[:-20])
    (rig.share / "returns" / "RECEIPTC.HEN").write_bytes(return_file())
    rig.carry()
    assert sorted(one.state for one in rig.parcels()) == [State.HELD, State.NOTED, State.NOTED]
    return rig


def later(rig: Rig, days: int, fuse: Fuse | None = None) -> None:
    before = rig.clocks
    rig.clocks = Clocks(lambda: before.wall() + timedelta(days=days), before.steady)
    rig.retention = KEPT
    try:
        rig.carry(fuse=fuse)
    finally:
        rig.clocks = before


def test_before_its_time_nothing_goes(tmp_path: Path) -> None:
    rig = month(tmp_path)

    later(rig, 13)

    assert sorted(one.state for one in rig.parcels()) == [State.HELD, State.NOTED, State.NOTED]
    assert len(list(rig.places.spool.iterdir())) == 3


def test_our_own_copy_goes_first_and_what_people_see_stays(tmp_path: Path) -> None:
    rig = month(tmp_path)
    seen = rig.kept(), rig.brought(), rig.held(), rig.delivered()

    later(rig, 15)

    assert sorted(one.state for one in rig.parcels()) == [State.HELD, State.RETIRED, State.RETIRED]
    assert (rig.kept(), rig.brought(), rig.held(), rig.delivered()) == seen
    assert len(list(rig.places.spool.iterdir())) == 1  # the held one


def test_after_three_months_everything_is_gone_but_the_record(tmp_path: Path) -> None:
    rig = month(tmp_path)

    later(rig, 94)

    assert {one.state for one in rig.parcels()} == {State.CLEARED}
    assert (rig.kept(), rig.brought(), rig.held(), rig.delivered()) == ({}, {}, {}, {})
    assert list(rig.places.delivered.iterdir()) == []  # no empty folders either
    assert list(rig.places.spool.iterdir()) == []
    assert {one.name for one in rig.parcels()} == {""}
    assert CLAIM not in rig.places.ledger.read_bytes()
    with rig.ledger() as ledger:
        facts = [link.said["fact"] for link in ledger.links()]
    assert facts.count("cleared") == facts.count("erased") == 3


def test_what_people_changed_or_added_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rig = month(tmp_path)
    (copy,) = rig.places.delivered.rglob("*.UKE")
    copy.write_bytes(b"annotated")
    (copy.parent / "メモ.txt").write_text("院長に確認済")
    (terminal,) = (rig.share / "claims").rglob("*.UKE")
    terminal.write_bytes(b"staff's")

    later(rig, 94)

    assert copy.read_bytes() == b"annotated"
    assert terminal.read_bytes() == b"staff's"
    assert (copy.parent / "メモ.txt").exists()
    assert "2 files whose retention is over were changed by people" in capsys.readouterr().err
    assert {one.state for one in rig.parcels()} == {State.CLEARED}


def test_a_return_that_is_left_on_the_share_keeps_its_name_and_is_not_fetched_again(tmp_path: Path) -> None:
    rig = month(tmp_path, after="leave")

    later(rig, 94)
    later(rig, 95)

    assert len(rig.parcels()) == 3
    assert rig.brought() == {}
    assert {one.name for one in rig.parcels()} == {"", "RECEIPTC.HEN"}


def test_the_power_may_go_anywhere_while_things_are_erased(tmp_path: Path) -> None:
    whole = Fuse()
    later(month(tmp_path / "whole"), 94, fuse=whole)

    for blows_at in range(1, whole.count + 1, 3):
        rig = month(tmp_path / str(blows_at))
        with pytest.raises(PowerCut):
            later(rig, 94, fuse=Fuse(blows_at))
        later(rig, 95)
        later(rig, 190)

        assert {one.state for one in rig.parcels()} <= {State.CLEARED}
        assert (rig.kept(), rig.brought(), rig.held(), rig.delivered()) == ({}, {}, {}, {})
        assert list(rig.places.spool.iterdir()) == []


@pytest.mark.parametrize("state", [state for state in State if state.moving])
def test_what_is_on_its_way_is_never_over_its_time(tmp_path: Path, state: State) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        ledger.record(parcel(1, state=state), "Begun", NOW)

        assert list(expired(ledger, KEPT, NOW + timedelta(days=10_000))) == []
        assert prune(ledger, KEPT, NOW + timedelta(days=10_000)) == 0


def test_the_record_itself_goes_last(tmp_path: Path) -> None:
    rig = month(tmp_path)
    later(rig, 94)

    with Ledger.open(rig.places.ledger) as ledger:
        assert prune(ledger, KEPT, NOW + timedelta(days=5 * 365)) == 0
        # The newest link stays, whatever its age, and the parcel it speaks of: the next link is sealed to it.
        assert prune(ledger, KEPT, NOW + timedelta(days=6 * 365)) == 2
        assert len(ledger.parcels()) == 1

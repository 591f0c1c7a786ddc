"""Returns on the share: what is fetched, when, and what of ours is swept."""

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.claims.names import NameTrouble
from gateway.relay.collector import sweep
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import State
from tests.claims.synthetic import return_file
from tests.relay.conftest import directory_shelf
from tests.relay.rig import Rig
from tests.relay.test_ledger import parcel

NOW = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite3") as opened:
        yield opened


@pytest.mark.parametrize("name", ["receiptc.hen", "RECEIPTC.SAH", "zogn2111.csv", "henr.PDF"])
def test_declared_patterns_are_fetched_whatever_their_case(tmp_path: Path, name: str) -> None:
    rig = Rig(tmp_path)
    (rig.share / "returns" / name).write_bytes(return_file())

    rig.carry()

    assert list(rig.brought().values()) == [return_file()]


@pytest.mark.parametrize("name", ["RECEIPTC.UKE", "RECEIPTC.HEN.crdownload", "~$report.pdf", "Thumbs.db"])
def test_the_rest_is_not_ours(tmp_path: Path, name: str) -> None:
    rig = Rig(tmp_path)
    (rig.share / "returns" / name).write_bytes(return_file())

    rig.carry()

    assert rig.brought() == {}
    assert (rig.share / "returns" / name).exists()


def test_an_older_namesake_among_the_fetched_is_not_replaced(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    fetched = rig.share / "returns" / "取込済"
    fetched.mkdir()
    (fetched / "RECEIPTC.HEN").write_bytes(b"older")
    (rig.share / "returns" / "RECEIPTC.HEN").write_bytes(return_file())

    rig.carry()

    assert (fetched / "RECEIPTC.HEN").read_bytes() == b"older"
    assert (fetched / "RECEIPTC_2.HEN").read_bytes() == return_file()


@pytest.mark.parametrize(
    ("state", "attempt", "swept"),
    [
        (State.DELIVERING, 1, True),
        (State.DELIVERING, 2, False),
        (State.RENAMING, 2, False),
        (State.NOTED, 2, True),
        (State.HELD, 2, True),
    ],
)
def test_temporaries_of_attempts_that_are_over_are_removed(
    tmp_path: Path, ledger: Ledger, state: State, attempt: int, swept: bool
) -> None:
    ledger.record(parcel(state=state, attempt=2), "x", NOW)
    temporary = tmp_path / "share" / ".gateway" / f"{parcel().id}.{attempt}"
    temporary.parent.mkdir(parents=True)
    temporary.write_bytes(b"patient data")

    asyncio.run(sweep(directory_shelf(tmp_path / "share"), ledger))

    assert temporary.exists() != swept


def test_what_the_ledger_does_not_know_is_not_swept(tmp_path: Path, ledger: Ledger) -> None:
    strangers = [
        tmp_path / "share" / ".gateway" / name for name in ("x.1", f"{'f' * 32}.1", f"{'f' * 32}", f"{parcel().id}.²")
    ]
    ledger.record(parcel(state=State.NOTED), "x", NOW)
    strangers[0].parent.mkdir(parents=True)
    for stranger in strangers:
        stranger.write_bytes(b"somebody's")

    asyncio.run(sweep(directory_shelf(tmp_path / "share"), ledger))

    assert all(stranger.exists() for stranger in strangers)


def test_a_return_whose_name_is_no_text_stops_nobody_and_is_held(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    returns = rig.share / "returns"
    (returns / os.fsdecode("返戻.HEN".encode("cp932"))).write_bytes(return_file())
    (returns / "RECEIPTC.HEN").write_bytes(return_file())

    rig.carry()

    assert sorted(parcel.state for parcel in rig.parcels()) == [State.HELD, State.NOTED]
    (held,) = (parcel for parcel in rig.parcels() if parcel.state is State.HELD)
    assert held.reasons == (NameTrouble.NOT_TEXT,)
    assert list(rig.brought().values()) == [return_file()]

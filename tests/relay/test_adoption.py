from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.relay.adoption import Adopted
from gateway.relay.chain import breaks
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import State
from gateway.relay.rows import row_of
from gateway.relay.verify import history_findings, row_findings
from tests.relay.test_ledger import NOW, parcel


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {**row_of(parcel(number), NOW), **changes}


def adopted_by(path: Path, *adopted: Adopted) -> dict[str, Any]:
    """The link that says what was adopted, of a ledger that is sound with it."""
    with Ledger.open(path, NOW) as ledger:
        ledger.adopt(adopted, {"fact": "rebuilt", "old": ""}, 2, NOW)
        stored = ledger.stored()
        assert list(breaks(stored.links)) == []
        assert [*row_findings(stored.rows, stored.links), *history_findings(stored)] == []
        return next(link.said for link in stored.links if link.said["fact"] == "rebuilt")


def test_rows_are_taken_over_and_sealed(path: Path) -> None:
    history = ({"state": "delivering", "attempt": 1, "event": "Begun", "at": NOW.isoformat()},)

    said = adopted_by(
        path,
        Adopted(row(1), history, was="delivering"),
        Adopted(row(2, state="held"), history, was="delivering"),
        Adopted(row(3)),
    )

    assert {name: said[name] for name in ("parcels", "held", "found", "lost")} == {
        "parcels": 3,
        "held": 1,
        "found": 1,
        "lost": 2,
    }
    with Ledger.read(path) as ledger:
        assert [step.event for step in ledger.steps(parcel(1).id)] == ["Begun"]
        assert [step.event for step in ledger.steps(parcel(2).id)] == ["Begun", "Rebuilt"]
        assert ledger.state(parcel(2).id) == State.HELD


def test_what_is_over_counts_its_retention_from_when_it_was_seen(path: Path) -> None:
    adopted_by(path, Adopted(row(1, state="retired")))

    with Ledger.read(path) as ledger:
        assert [step.state for step in ledger.steps(parcel(1).id)] == [State.NOTED, State.RETIRED]
        assert ledger.rested_before(State.RETIRED, NOW + timedelta(days=1), (State.NOTED,)) != ()
        assert ledger.steps(parcel(1).id)[0].at == NOW


def test_a_row_that_does_not_fit_is_lost_and_the_others_are_not(path: Path) -> None:
    said = adopted_by(
        path, Adopted(row(1)), Adopted(row(1)), Adopted(row(2, direction="sideways")), Adopted(row(3, strange=1))
    )

    assert (said["parcels"], said["lost"]) == (2, 4)


def test_everybody_gets_a_new_salt_but_who_was_erased(path: Path) -> None:
    adopted_by(path, Adopted(row(1, salt=b"old")), Adopted(row(2, salt=None, erased=1)))

    with Ledger.read(path) as ledger:
        first, second = ledger.stored().rows
    assert len(first["salt"]) == 32
    assert second["salt"] is None

import sqlite3
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.relay.parcel import Direction, State
from gateway.relay.rows import NAMED, erased_row, parcel_of, row_of
from gateway.relay.schema import MIGRATIONS
from tests.relay.test_ledger import NOW, parcel


def stored(row: dict[str, Any]) -> sqlite3.Row:
    """The row as the table gives it back."""
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    try:
        for script in MIGRATIONS:
            database.executescript(script)
        names = ", ".join(row)
        database.execute(f"INSERT INTO parcel ({names}) VALUES ({', '.join(f':{name}' for name in row)})", row)  # noqa: S608 - our own column names
        found: sqlite3.Row = database.execute("SELECT * FROM parcel").fetchone()
        return found
    finally:
        database.close()


@given(
    name=st.text(min_size=1).filter(lambda text: "/" not in text),
    source=st.binary(),
    state=st.sampled_from(State),
    direction=st.sampled_from(Direction),
    by=st.text(st.characters(codec="utf-8")),
)
def test_any_parcel_comes_back_from_its_row(
    name: str, source: bytes, state: State, direction: Direction, by: str
) -> None:
    before = parcel(
        name=name, source=source, state=state, direction=direction, decided_by=by, number=0, target=None, shown=True
    )

    assert parcel_of(stored(row_of(before, NOW))) == before


@pytest.mark.parametrize("missing", ["x", "a/b"])
def test_a_damaged_target_does_not_keep_the_ledger_from_saying_so(missing: str) -> None:
    assert row_of(parcel(target=PurePosixPath(missing)), NOW)["folded_name"] == PurePosixPath(missing).name


def test_erasing_takes_everything_a_person_could_read_and_leaves_the_counts() -> None:
    row = row_of(parcel(decided_by="山田", decided_why="確認した"), NOW)

    erased = row | erased_row(row)

    text = str({name: value for name, value in erased.items() if name != "summary"})
    assert "RECEIPTC" not in text.upper()
    assert "山田" not in text
    assert erased["target"] == "2021-11/社保/01回目_1108-2310"
    assert (erased["digest"], erased["size"], erased["number"]) == (row["digest"], row["size"], row["number"])
    assert set(erased_row(row)) - {"salt", "erased"} <= NAMED

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway.relay import rebuild_salvage
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, State
from gateway.relay.rebuild_salvage import delivered_files, salvage, unknown_file
from tests.claims.synthetic import claim_file, return_file
from tests.relay.test_ledger import NOW, parcel

PARCELS = 200


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite3"
    with Ledger.open(path, NOW) as opened:
        for number in range(1, PARCELS + 1):
            opened.record(parcel(number, state=State.RETIRED), "Expired", NOW)
    return path


def leaf(path: Path, table: str, nth: int) -> int:
    """The number of the table's n-th leaf page (https://sqlite.org/dbstat.html)."""
    with closing(sqlite3.connect(path)) as connection:
        pages = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path"
        return [int(page) for (page,) in connection.execute(pages, (table,))][nth]


def overwrite(path: Path, page: int) -> None:
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(content)


def test_a_sound_ledger_comes_out_whole(ledger: Path) -> None:
    found = salvage(ledger)

    assert (len(found.rows), found.lost) == (PARCELS, 0)
    assert [step["state"] for step in found.steps_of(parcel(1).id)] == ["seen", "retired"]


@pytest.mark.parametrize("nths", [[0], [-1], [5], [3, 9]])
def test_only_what_lies_in_a_damaged_page_is_lost(ledger: Path, nths: list[int]) -> None:
    for page in [leaf(ledger, "parcel", nth) for nth in nths]:
        overwrite(ledger, page)

    assert PARCELS - 20 * len(nths) < len(salvage(ledger).rows) < PARCELS


def test_what_lies_behind_more_damage_than_is_tried_comes_from_the_back(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild_salvage, "GAP_MOST", 2)
    overwrite(ledger, leaf(ledger, "parcel", 1))

    assert PARCELS - 20 < len(salvage(ledger).rows) < PARCELS


def test_rows_without_their_history_come_out_too(ledger: Path) -> None:
    overwrite(ledger, leaf(ledger, "step", 1))

    found = salvage(ledger)

    assert len(found.rows) == PARCELS
    assert not all(found.steps_of(row["id"]) for row in found.rows)


def test_a_row_that_makes_no_sense_is_counted(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger, isolation_level=None)) as connection:
        connection.execute("UPDATE parcel SET state = 'flying' WHERE number = 1")
        connection.execute("UPDATE parcel SET payer = CAST(x'ff' AS TEXT) WHERE number = 2")

    assert (len(salvage(ledger).rows), salvage(ledger).lost) == (PARCELS - 2, 2)


@pytest.mark.parametrize("content", [b"", b"no database" * 1000])
def test_nothing_that_reads_is_nothing(tmp_path: Path, content: bytes) -> None:
    assert salvage(tmp_path / "none").rows == ()
    (tmp_path / "file").write_bytes(content)
    assert salvage(tmp_path / "file").rows == ()


@pytest.mark.parametrize(
    ("content", "direction", "ending"),
    [
        (claim_file(), Direction.CLAIM, ".UKE"),
        (return_file(), Direction.RETURN, ".HEN"),
        (b"?", Direction.CLAIM, ".bin"),
    ],
)
def test_a_file_nobody_knows_is_held_as_what_it_says_it_is(
    tmp_path: Path, content: bytes, direction: Direction, ending: str
) -> None:
    (tmp_path / ("a" * 32)).write_bytes(content)

    found = unknown_file(tmp_path, "a" * 32)

    assert (found.direction, found.name, found.size) == (direction, f"aaaaaaaa{ending}", len(content))
    assert (found.state, found.reasons, found.number) == (State.HELD, ("ledger-rebuilt",), 0)


def test_only_delivered_files_count_as_delivered(tmp_path: Path) -> None:
    folder = tmp_path / "2021-11/社保/02回目_1108-2310"
    folder.mkdir(parents=True)
    for name in ("RECEIPTC.UKE", "配達票.txt", "配達票_x.txt", "差替済_RECEIPTC.UKE.txt"):
        (folder / name).write_bytes(b"x")
    (folder / "link").symlink_to("/etc/hostname")
    (tmp_path / "2021-11/社保/notes").mkdir()
    (tmp_path / "2021-11/社保/notes/x.UKE").write_bytes(b"x")

    (found,) = delivered_files(tmp_path, Direction.CLAIM)

    assert (found.number, found.name, found.state) == (2, "RECEIPTC.UKE", State.RETIRED)

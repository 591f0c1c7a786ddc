import tracemalloc
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from gateway.claims.kind import Payer
from gateway.claims.matching import Missing, Standing
from gateway.claims.reader import read
from gateway.claims.results import RESULT_MAX_BYTES, Part, ResultForm, Says
from gateway.relay.facts import Known, known
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, Parcel, State
from tests.claims.synthetic import claim_file, lines, receipt, return_file, status_csv
from tests.relay.test_ledger import parcel

NOW = datetime(2021, 11, 9, 3, tzinfo=UTC)
RETURN = Direction.RETURN
STATUS = ResultForm(
    Says.CONFIRMED,
    ("*fixf*.csv",),
    {Part.PAYER: 1, Part.MONTH: 2, Part.COUNT: 3, Part.POINTS: 4, Part.STATE: 5},
)
LIST = ResultForm(Says.RETURNED, ("*henr*.csv",), {Part.MONTH: 1}, payer=Payer.FUND, heading=False)
STATUS_YAML = """\
inspection:
  results:
    - {names: ["*fixf*.csv"], says: confirmed, columns: {payer: 1, month: 2, count: 件数, points: 点数, state: 状態}}
"""
TWICE = claim_file(receipt(1), receipt(2), trailer="GO,2,200,99")


class Books:
    """A ledger to write parcels into, and 返戻 beside it."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._number = 0

    def add(self, content: bytes, *, state: State = State.NOTED, **changes: Any) -> Parcel:
        self._number += 1
        one = parcel(self._number, state=state, summary=read([content]), reasons=(), **changes)
        with Ledger.open(self._place / "ledger") as ledger:
            ledger.record(one, "Published", NOW)
        return one

    def fetch(self, name: str, content: bytes) -> None:
        target = PurePosixPath(f"2021-11/その他/{self._number + 1:02}回目_1109-0900", name)
        (self._place / target).parent.mkdir(parents=True)
        (self._place / target).write_bytes(content)
        self.add(content, state=State.DELIVERED, direction=RETURN, name=name, target=target)

    def known(self) -> Known:
        with Ledger.open(self._place / "ledger") as ledger:
            return known(ledger, self._place, (STATUS, LIST), "2021-11")


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path)


def test_an_empty_ledger_knows_nothing(books: Books) -> None:
    found = books.known()

    assert found.facts.delivered == ()
    assert [one.standing for one in found.claims] == [Standing.NOT_DELIVERED] * 2


def test_only_the_newest_number_of_a_series_counts(books: Books) -> None:
    books.add(claim_file())
    books.add(TWICE)
    books.fetch("x_fixf_.csv", status_csv(("1", "202111", 2, 200, "確定済")))

    fund, _ = books.known().claims

    assert (fund.standing, fund.sent_count, fund.confirmed_count) == (Standing.CONFIRMED, 2, 2)


def test_what_never_arrived_does_not_count(books: Books) -> None:
    books.add(claim_file(), state=State.HELD)
    books.add(claim_file(payer="2"), state=State.RENAMING)

    found = books.known()

    assert found.facts.held == 1
    assert [one.standing for one in found.claims] == [Standing.NOT_DELIVERED] * 2


def test_confirmed_claims_need_no_reminder(books: Books) -> None:
    books.add(claim_file())
    assert [one.confirmed for one in books.known().facts.delivered] == [None]

    books.fetch("x_fixf_.csv", status_csv(("1", "202111", 1, 100, "確定済")))
    assert [one.confirmed for one in books.known().facts.delivered] == [True]


def test_returns_say_when_they_came_and_which_are_missing(books: Books) -> None:
    books.fetch("RECEIPTC.HEN", return_file())
    books.fetch("x_henr_.csv", lines("202111", "202111", "202111"))

    found = books.known()

    assert found.facts.fetched == (NOW,)
    assert found.missing == (Missing(Payer.FUND, "2021-11", 3, 1),)


def test_a_result_file_that_does_not_fit_is_counted_and_stops_nothing(books: Books) -> None:
    books.add(claim_file())
    books.fetch("x_fixf_.csv", b"\x81\x20")

    found = books.known()

    assert found.unread == 1
    assert found.claims[0].standing is Standing.UNSEEN


def test_a_duplicate_is_no_second_claim(books: Books) -> None:
    books.add(claim_file())
    books.add(TWICE, duplicate=True)

    fund, _ = books.known().claims

    assert (fund.sent_count, fund.standing) == (1, Standing.UNSEEN)


def test_a_file_too_big_to_be_a_result_is_never_in_memory(books: Books, tmp_path: Path) -> None:
    books.fetch("11fixf.csv", b"")
    (whole,) = tmp_path.rglob("11fixf.csv")
    with whole.open("r+b") as file:
        file.truncate(16 * RESULT_MAX_BYTES)
    tracemalloc.start()
    try:
        found = books.known()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert found.unread == 1
    assert peak < 3 * RESULT_MAX_BYTES

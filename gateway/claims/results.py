"""Result files: what the claim system gives back about claims and returns, as rows of numbers.

Which column says what differs between payers and years, so the vendor declares it (`inspection.results`). Nothing else of
a row is kept: not a name, not a reason.
"""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.claims.kind import Payer
from gateway.claims.month import claim_month
from gateway.claims.names import matches, published_name

RESULT_MAX_BYTES = 8 << 20  # a hospital's list of a month is some hundred kilobytes; these are read whole
_NUMBER_MAX_DIGITS = 10
_PAYERS = {
    Payer.FUND: ("1", "社保", "支払基金", "社会保険診療報酬支払基金"),
    Payer.FEDERATION: ("2", "国保", "国保連", "国保連合会", "国民健康保険団体連合会"),
}
_WESTERN = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})月?")


class ResultsUnreadable(Exception):
    """A result file does not fit its declaration: one line, with nothing out of the file."""


class Says(StrEnum):
    """What the rows of a result file are."""

    CONFIRMED = "confirmed"
    RETURNED = "returned"


class Part(StrEnum):
    """What is read of a row."""

    PAYER = "payer"
    MONTH = "month"
    COUNT = "count"
    POINTS = "points"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class ResultForm:
    """How one kind of result file is written.

    Attributes:
        names: file name patterns.
        columns: where a part stands: a title in the heading, or a number from 1. A part without a place is not read.
        payer: the payer of all rows where no column says it.
        confirmed: words in the state column that mean confirmed; without a state column every row is.
        heading: the first row holds titles.
    """

    says: Says
    names: tuple[str, ...]
    columns: Mapping[Part, int | str] = field(default_factory=dict)
    payer: Payer | None = None
    confirmed: tuple[str, ...] = ("確定",)
    encoding: str = "cp932"
    heading: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `month` is `YYYY-MM` or empty; `points` None if not said; `confirmed` None for returned receipts."""

    payer: Payer | None
    month: str
    count: int
    points: int | None
    confirmed: bool | None


@dataclass(frozen=True, slots=True)
class Results:
    """A result file's rows, and how many could not be read."""

    says: Says
    rows: tuple[Row, ...]
    unread: int = 0


def read_results(content: bytes, form: ResultForm) -> Results:
    """The rows of one result file. Raises ResultsUnreadable."""
    if len(content) > RESULT_MAX_BYTES:
        raise ResultsUnreadable(f"a result file of more than {RESULT_MAX_BYTES >> 20} MiB is none")
    try:
        text = content.decode(form.encoding).removeprefix("\ufeff").rstrip("\x1a")
        lines = list(csv.reader(io.StringIO(text, newline="")))
    except UnicodeDecodeError:
        # The codec's own text would quote the file.
        raise ResultsUnreadable(f"a result file is not in {form.encoding}, as declared") from None
    except csv.Error:
        raise ResultsUnreadable("a result file is no CSV") from None
    places = _places(form, lines[0] if form.heading and lines else [])
    rows = [_row(line, places, form) for line in lines[form.heading :] if any(cell.strip() for cell in line)]
    return Results(form.says, tuple(row for row in rows if row), unread=rows.count(None))


def _places(form: ResultForm, titles: list[str]) -> dict[Part, int]:
    """Where each part stands, from 0. Raises ResultsUnreadable for a title that is not there."""
    plain = [title.strip() for title in titles]
    places = {}
    for part, place in form.columns.items():
        if isinstance(place, int):
            places[part] = place - 1
        elif place in plain:
            places[part] = plain.index(place)
        else:
            raise ResultsUnreadable(f"a result file has no column for {part} as declared")
    return places


def _row(line: list[str], places: Mapping[Part, int], form: ResultForm) -> Row | None:
    """None if a declared part cannot be read."""
    cells = {part: _cell(line, place) for part, place in places.items()}
    try:
        return Row(
            payer=_payer(cells[Part.PAYER]) if Part.PAYER in cells else form.payer,
            month=_month(cells[Part.MONTH]) if Part.MONTH in cells else "",
            count=_number(cells[Part.COUNT]) if Part.COUNT in cells else 1,
            points=_number(cells[Part.POINTS]) if Part.POINTS in cells else None,
            confirmed=_confirmed(cells.get(Part.STATE), form),
        )
    except _Unread:
        return None


class _Unread(Exception):
    """A cell does not hold what was declared."""


def _cell(line: list[str], place: int) -> str:
    return line[place].strip() if place < len(line) else ""


def _payer(cell: str) -> Payer:
    for payer, words in _PAYERS.items():
        if cell in words:
            return payer
    raise _Unread


def _month(cell: str) -> str:
    western = _WESTERN.fullmatch(cell)
    month = claim_month(f"{western[1]}{int(western[2]):02}" if western else cell)
    if not month:
        raise _Unread
    return month


def _number(cell: str) -> int:
    plain = cell.replace(",", "")
    if not (plain.isascii() and plain.isdigit() and len(plain) <= _NUMBER_MAX_DIGITS):
        raise _Unread
    return int(plain)


def _confirmed(cell: str | None, form: ResultForm) -> bool | None:
    match form.says:
        case Says.RETURNED:
            return None
        case Says.CONFIRMED:
            return cell is None or any(cell.startswith(word) for word in form.confirmed)


def form_of(name: str, forms: tuple[ResultForm, ...]) -> ResultForm | None:
    """The first declared form whose names fit."""
    return next((form for form in forms if matches(published_name(name), form.names)), None)

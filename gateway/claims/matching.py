"""What became of what was delivered: claims against result rows, fetched returns against listed ones. Pure.

A file and a row are compared by payer, month, 件数 and 点数; nothing in either says which row is which file. So a claim is
only called confirmed when the confirmed rows of its payer and month add up to exactly what was delivered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gateway.claims.finding import Text
from gateway.claims.kind import Payer
from gateway.claims.results import Results, Row, Says


class Standing(StrEnum):
    """Where a payer's claim of a month stands, as far as can be told (C25)."""

    CONFIRMED = "confirmed"
    DIFFERS = "differs"
    """Confirmed rows are there, and they do not add up to what was delivered."""
    UNCONFIRMED = "unconfirmed"
    UNSEEN = "unseen"
    """Delivered, and no result file speaks of it."""
    NOT_DELIVERED = "not-delivered"

    @property
    def says(self) -> Text:
        """In a word."""
        return _SAYS[self]


_SAYS = {
    Standing.CONFIRMED: Text("confirmed", "確定済"),
    Standing.DIFFERS: Text("confirmed with other figures", "確定済（件数・点数が異なります）"),
    Standing.UNCONFIRMED: Text("not confirmed", "未確定"),
    Standing.UNSEEN: Text("delivered, no result seen", "配達済・確定状況不明"),
    Standing.NOT_DELIVERED: Text("not delivered", "未配達"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A claim file on the terminal that no later one replaced. 件数 and 点数 None if the file does not say."""

    payer: Payer | None
    month: str
    count: int | None
    points: int | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """One payer's claim of one month: where it stands, and both figures."""

    payer: Payer
    month: str
    standing: Standing
    sent_count: int = 0
    sent_points: int = 0
    confirmed_count: int = 0
    confirmed_points: int = 0


@dataclass(frozen=True, slots=True)
class Missing:
    """Returned receipts that were listed and not fetched (C30)."""

    payer: Payer
    month: str
    listed: int
    fetched: int


def claimed(sent: Iterable[Sent], results: Iterable[Results], month: str) -> tuple[Claimed, ...]:
    """Where the claims of `month` stand, for each payer."""
    files = tuple(sent)
    rows = tuple(row for result in results if result.says is Says.CONFIRMED for row in result.rows)
    return tuple(
        _claimed(
            payer,
            month,
            [one for one in files if (one.payer, one.month) == (payer, month)],
            [row for row in rows if row.payer is payer and row.month in ("", month)],
        )
        for payer in Payer
    )


def _claimed(payer: Payer, month: str, files: list[Sent], rows: list[Row]) -> Claimed:
    confirmed = [row for row in rows if row.confirmed]
    figures = (
        sum(one.count or 0 for one in files),
        sum(one.points or 0 for one in files),
        sum(row.count for row in confirmed),
        sum(row.points or 0 for row in confirmed),
    )
    return Claimed(payer, month, _standing(files, rows, confirmed, figures), *figures)


def _standing(files: list[Sent], rows: list[Row], confirmed: list[Row], figures: tuple[int, int, int, int]) -> Standing:
    sent_count, sent_points, count, points = figures
    if not files:
        return Standing.NOT_DELIVERED
    if not rows:
        return Standing.UNSEEN
    if not confirmed:
        return Standing.UNCONFIRMED
    unsaid = any(one.count is None or one.points is None for one in files)
    points_agree = sent_points == points or any(row.points is None for row in confirmed)
    return Standing.CONFIRMED if not unsaid and sent_count == count and points_agree else Standing.DIFFERS


def line(claims: Iterable[Claimed], lang: str = "en") -> str:
    """`社保 確定済・国保 未確定`, for people."""
    words = [f"{one.payer.folder} {one.standing.says.line(lang)}" for one in claims]
    return ("・" if lang == "ja" else ", ").join(words)


def missing_returns(listed: Iterable[Results], fetched: Iterable[Row]) -> tuple[Missing, ...]:
    """Returns that a list names and no fetched file holds, by payer and month."""
    named = [row for result in listed if result.says is Says.RETURNED for row in result.rows]
    here = tuple(fetched)
    keys = sorted({(row.payer, row.month) for row in named if row.payer is not None})
    found = (
        Missing(
            payer,
            month,
            sum(row.count for row in named if (row.payer, row.month) == (payer, month)),
            sum(row.count for row in here if row.payer is payer and month in ("", row.month)),
        )
        for payer, month in keys
    )
    return tuple(one for one in found if one.fetched < one.listed)

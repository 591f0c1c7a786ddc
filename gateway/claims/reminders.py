"""What should have happened by now. A pure function of what the ledger knows and of a date and time with its zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from gateway.claims.calendar import (
    JAPAN,
    RETURN_MONTHS,
    Activity,
    deadlines,
    hours_until,
    in_japan,
    month_of,
    returns_expire,
    windows,
)
from gateway.claims.finding import Text
from gateway.claims.kind import Payer
from gateway.claims.matching import Missing
from gateway.claims.month import following

CHECK_DAYS = (8, 9, 10)
CHECK_HOUR = 12
"""Staff hear of a missing claim at noon of these days, while there is time left."""
CLOSING_SOON = timedelta(hours=36)
EXPIRING_SOON = timedelta(days=7)
CERTIFICATE_DAYS = (90, 30, 7)
"""Renewing a certificate takes a paper form and weeks (C28): the first word comes a quarter of a year ahead."""


class Cause(StrEnum):
    """Why staff are reminded."""

    NOTHING_SENT = "nothing-sent"
    NOTHING_SENT_IN_TIME = "nothing-sent-in-time"
    NOT_CONFIRMED = "not-confirmed"
    HELD = "held"
    RETURNS_NOT_FETCHED = "returns-not-fetched"
    RETURNS_EXPIRE = "returns-expire"
    RETURNS_MISSING = "returns-missing"
    WAITING = "waiting"
    CERTIFICATE_EXPIRES = "certificate-expires"
    CERTIFICATE_EXPIRED = "certificate-expired"

    @property
    def says(self) -> Text:
        """The line, with {payer}, {month}, {hours}, {files}, {days} and {terminal}."""
        return _SAYS[self]


_SAYS = {
    Cause.NOTHING_SENT: Text(
        "no {payer} claim file for {month} has passed yet; sending closes in {hours} h",
        "{payer} の {month} 請求分がまだ届いていません。送信の締切まで {hours} 時間です",
    ),
    Cause.NOTHING_SENT_IN_TIME: Text(
        "no {payer} claim file for {month} has passed, and sending is over; ask the payer what to do",
        "{payer} の {month} 請求分が届かないまま送信期間が終わりました。審査支払機関に確認してください",
    ),
    # Both are said somewhere, and they do not agree: one 国保連 confirms by itself at 24:00 of the 10th, without the
    # receipts that have errors; the claim system's own screen says that what is not confirmed is not claimed.
    Cause.NOT_CONFIRMED: Text(
        "the {payer} claim for {month} lies on the terminal, and {hours} h are left: send it, confirm it, see the 受領書. "
        "the claim system says that data not confirmed is not claimed; a 国保連 may confirm by itself at 24:00 of the "
        "10th, without the receipts that have errors",
        "{payer} の {month} 請求分は端末に届いています。残り {hours} 時間です。送信 → 請求確定 → 『受領書』の表示 まで行ってください。"
        "請求確定していないデータは請求されません（国保連合会によっては10日24時にエラー分を除いて自動で確定されます）",
    ),
    Cause.HELD: Text(
        "{files} files are held, and corrections close in {hours} h",
        "保留のファイルが {files} 件あります。訂正の締切まで {hours} 時間です",
    ),
    Cause.RETURNS_NOT_FETCHED: Text(
        "no return file has been fetched since the 5th; see whether there are any",
        "5日から返戻ファイルを受け取っていません。返戻がないか確認してください",
    ),
    Cause.RETURNS_EXPIRE: Text(
        "returns sent in {month} were not fetched and can be downloaded for {hours} h more",
        "{month} に送付された返戻を受け取っていません。ダウンロードの期限まで {hours} 時間です",
    ),
    Cause.RETURNS_MISSING: Text(
        "{files} returned receipts of {payer} for {month} are on the list and were not fetched; download them, or see "
        "whether they come on paper",
        "{payer} の {month} の返戻内訳書にある返戻のうち {files} 件を受け取っていません。ダウンロードするか、紙の返戻でないか確認してください",
    ),
    Cause.WAITING: Text(
        "{files} claim files wait for the terminal, and sending closes in {hours} h; switch it on and see whether it answers",
        "請求ファイル {files} 件が端末を待っています。送信の締切まで {hours} 時間です。端末の電源と接続を確認してください",
    ),
    Cause.CERTIFICATE_EXPIRES: Text(
        "the certificate of {terminal} is valid for {days} more days; have it renewed",
        "{terminal} の電子証明書の有効期間は残り {days} 日です。更新の手続きをしてください",
    ),
    Cause.CERTIFICATE_EXPIRED: Text(
        "the certificate of {terminal} has expired; without it no claim can be sent",
        "{terminal} の電子証明書の有効期間が過ぎています。更新するまで請求を送信できません",
    ),
}


@dataclass(frozen=True, slots=True)
class Delivered:
    """A claim file that reached the terminal. `confirmed`: a result file says so; None if none was seen."""

    payer: Payer | None
    month: str
    confirmed: bool | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A terminal's electronic certificate and the last day it is valid, in Japan."""

    terminal: str
    last_day: date


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ledger knows.

    Attributes:
        delivered: claim files on the terminal.
        held: how many files wait for a person.
        fetched: when return files were fetched, each with its zone.
        payers: to whom this site claims.
        missing: returned receipts that were listed and not fetched.
        waiting: how many claim files the terminal does not take for now.
        certificates: as the vendor declared them.
    """

    delivered: tuple[Delivered, ...] = ()
    held: int = 0
    fetched: tuple[datetime, ...] = ()
    payers: tuple[Payer, ...] = tuple(Payer)
    missing: tuple[Missing, ...] = ()
    waiting: int = 0
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Reminder:
    """One line for staff. `checks` is how many of its moments have passed: it is worth saying again at each."""

    cause: Cause
    month: str
    payer: Payer | None = None
    hours: int = 0
    files: int = 0
    checks: int = 0
    days: int = 0
    terminal: str = ""

    @property
    def once(self) -> tuple[str, ...]:
        """Equal for what need not be said again."""
        return self.cause, self.month, self.payer or "", self.terminal, str(self.checks)

    def text(self, lang: str = "en") -> str:
        """The line."""
        return self.cause.says.line(lang).format_map(self.figures)

    @property
    def figures(self) -> dict[str, str | int]:
        """What the line may name."""
        return {
            "payer": self.payer.folder if self.payer else "",
            "month": self.month,
            "hours": self.hours,
            "files": self.files,
            "days": self.days,
            "terminal": self.terminal,
        }


def reminders(facts: Facts, now: datetime) -> tuple[Reminder, ...]:
    """What staff should hear at this moment. Raises ValueError for a time without a zone."""
    return (*_sending(facts, now), *_held(facts, now), *_returns(facts, now), *_certificates(facts, now))


def _sending(facts: Facts, now: datetime) -> Iterator[Reminder]:
    month = month_of(now)
    closes = deadlines(month).send_closes
    hours = hours_until(closes, now)
    opens = windows(Activity.SEND, month)[0].opens
    checks = sum(opens.replace(day=day, hour=CHECK_HOUR) <= now for day in CHECK_DAYS)
    for payer in facts.payers:
        there = [one for one in facts.delivered if (one.payer, one.month) == (payer, month)]
        if not there and checks:
            cause = Cause.NOTHING_SENT if now < closes else Cause.NOTHING_SENT_IN_TIME
            yield Reminder(cause, month, payer, hours, checks=checks)
        elif there and not any(one.confirmed for one in there) and closes - CLOSING_SOON <= now < closes:
            yield Reminder(Cause.NOT_CONFIRMED, month, payer, hours)
    if facts.waiting and opens <= now < closes:
        yield Reminder(Cause.WAITING, month, hours=hours, files=facts.waiting, checks=checks)


def _held(facts: Facts, now: datetime) -> Iterator[Reminder]:
    ends = deadlines(month_of(now))
    if facts.held and ends.send_opens <= now < ends.correct_closes:
        yield Reminder(Cause.HELD, ends.month, hours=hours_until(ends.correct_closes, now), files=facts.held)


def _returns(facts: Facts, now: datetime) -> Iterator[Reminder]:
    month = month_of(now)
    last = max(facts.fetched, default=datetime.min.replace(tzinfo=JAPAN))
    opens = _returns_open(month)
    if last < opens and in_japan(now) >= opens.replace(day=CHECK_DAYS[0], hour=CHECK_HOUR):
        yield Reminder(Cause.RETURNS_NOT_FETCHED, month)
    for one in facts.missing:
        yield Reminder(Cause.RETURNS_MISSING, one.month, one.payer, files=one.listed - one.fetched)
    old = following(month, -RETURN_MONTHS)
    expires = returns_expire(old)
    if last < _returns_open(old) and expires - EXPIRING_SOON <= now < expires:
        yield Reminder(Cause.RETURNS_EXPIRE, old, hours=hours_until(expires, now))


def _certificates(facts: Facts, now: datetime) -> Iterator[Reminder]:
    for one in facts.certificates:
        days = (one.last_day - in_japan(now).date()).days
        checks = sum(days <= soon for soon in CERTIFICATE_DAYS)
        if days < 0:
            yield Reminder(Cause.CERTIFICATE_EXPIRED, "", terminal=one.terminal)
        elif checks:
            yield Reminder(Cause.CERTIFICATE_EXPIRES, "", checks=checks, days=days, terminal=one.terminal)


def _returns_open(month: str) -> datetime:
    return windows(Activity.DOWNLOAD, month)[0].opens

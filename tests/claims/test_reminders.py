from datetime import date, datetime

import pytest

from gateway.claims.calendar import JAPAN
from gateway.claims.kind import Payer
from gateway.claims.matching import Missing
from gateway.claims.reminders import Cause, Certificate, Delivered, Facts, reminders

FETCHED = datetime(2026, 11, 6, 9, tzinfo=JAPAN)
BOTH = (Delivered(Payer.FUND, "2026-11", confirmed=True), Delivered(Payer.FEDERATION, "2026-11", confirmed=True))
CALM = Facts(delivered=BOTH, fetched=(FETCHED,))


def told(facts: Facts, moment: str) -> list[tuple[Cause, Payer | None, int]]:
    now = datetime.fromisoformat(moment).replace(tzinfo=JAPAN)
    return [(one.cause, one.payer, one.hours) for one in reminders(facts, now)]


@pytest.mark.parametrize("moment", ["2026-11-01T00:00", "2026-11-08T12:00", "2026-11-10T23:59", "2026-11-30T23:59"])
def test_nothing_is_said_when_all_is_well(moment: str) -> None:
    assert told(CALM, moment) == []


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-08T11:59", []),
        ("2026-11-08T12:00", [(Cause.NOTHING_SENT, Payer.FEDERATION, 60)]),
        ("2026-11-10T12:00", [(Cause.NOTHING_SENT, Payer.FEDERATION, 12)]),
        ("2026-11-10T23:59", [(Cause.NOTHING_SENT, Payer.FEDERATION, 0)]),
        ("2026-11-11T00:00", [(Cause.NOTHING_SENT_IN_TIME, Payer.FEDERATION, 0)]),
        ("2026-12-01T00:00", []),
    ],
)
def test_a_payer_without_a_claim_is_named_from_the_8th_at_noon(
    moment: str, expected: list[tuple[Cause, Payer | None, int]]
) -> None:
    assert told(Facts(delivered=BOTH[:1], fetched=(FETCHED,)), moment) == expected


def test_last_month_s_claim_is_not_this_month_s() -> None:
    old = tuple(Delivered(payer, "2026-10") for payer in Payer)

    assert [cause for cause, *_ in told(Facts(old, fetched=(FETCHED,)), "2026-11-09T12:00")] == [Cause.NOTHING_SENT] * 2


def test_a_site_that_claims_to_one_payer_hears_of_that_one() -> None:
    facts = Facts(fetched=(FETCHED,), payers=(Payer.FUND,))

    assert told(facts, "2026-11-10T12:00") == [(Cause.NOTHING_SENT, Payer.FUND, 12)]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-09T11:59", []),
        ("2026-11-09T12:00", [(Cause.NOT_CONFIRMED, Payer.FUND, 36)]),
        ("2026-11-11T00:00", []),
    ],
)
def test_an_unconfirmed_claim_is_named_when_the_window_closes_soon(
    moment: str, expected: list[tuple[Cause, Payer | None, int]]
) -> None:
    facts = Facts((Delivered(Payer.FUND, "2026-11"), BOTH[1]), fetched=(FETCHED,))

    assert told(facts, moment) == expected


def test_both_sayings_about_unconfirmed_data_are_shown() -> None:
    facts = Facts((Delivered(Payer.FUND, "2026-11"), BOTH[1]), fetched=(FETCHED,))
    (one,) = reminders(facts, datetime(2026, 11, 10, 12, tzinfo=JAPAN))

    assert "請求確定していないデータは請求されません" in one.text("ja")
    assert "自動で確定" in one.text("ja")
    assert "社保" in one.text("ja")
    assert "12 h" in one.text("en")


@pytest.mark.parametrize(
    ("moment", "said"),
    [("2026-11-05T07:59", False), ("2026-11-05T08:00", True), ("2026-11-12T20:59", True), ("2026-11-12T21:00", False)],
)
def test_held_files_are_named_while_they_can_still_be_sent(moment: str, said: bool) -> None:
    facts = Facts(BOTH, held=2, fetched=(FETCHED,))

    assert [cause for cause, *_ in told(facts, moment)] == [Cause.HELD] * said


def test_returns_that_nobody_fetched_are_named() -> None:
    before = datetime(2026, 11, 5, 7, tzinfo=JAPAN)

    assert told(Facts(BOTH, fetched=(before,)), "2026-11-08T11:59") == []
    assert told(Facts(BOTH, fetched=(before,)), "2026-11-08T12:00") == [(Cause.RETURNS_NOT_FETCHED, None, 0)]


def test_returns_of_two_months_ago_are_named_in_their_last_week() -> None:
    facts = Facts(BOTH, fetched=(datetime(2026, 9, 4, tzinfo=JAPAN),))

    assert (Cause.RETURNS_EXPIRE, None, 168) in told(facts, "2026-11-23T21:00")
    assert (Cause.RETURNS_EXPIRE, None, 169) not in told(facts, "2026-11-23T20:00")
    assert Cause.RETURNS_EXPIRE not in {cause for cause, *_ in told(facts, "2026-11-30T21:00")}


def test_at_the_end_of_december_they_expire_on_the_28th() -> None:
    facts = Facts(fetched=(datetime(2026, 10, 1, tzinfo=JAPAN),))

    assert (Cause.RETURNS_EXPIRE, None, 1) in told(facts, "2026-12-28T20:00")


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_speaks_both_languages(cause: Cause) -> None:
    fields = {"payer": "社保", "month": "2026-11", "hours": 3, "files": 1, "days": 7, "terminal": "端末"}

    assert cause.says.en.format(**fields)
    assert cause.says.ja.format(**fields)


def test_it_is_worth_saying_again_at_each_noon() -> None:
    facts = Facts(fetched=(FETCHED,), payers=(Payer.FUND,))
    noons = [datetime(2026, 11, day, 12, tzinfo=JAPAN) for day in (8, 9, 10)]

    assert [one.checks for noon in noons for one in reminders(facts, noon)] == [1, 2, 3]


def test_listed_returns_that_were_not_fetched_are_named_by_payer_and_month() -> None:
    facts = Facts(delivered=BOTH, fetched=(FETCHED,), missing=(Missing(Payer.FEDERATION, "2026-10", 5, 3),))

    (one,) = reminders(facts, datetime(2026, 11, 20, tzinfo=JAPAN))

    assert (one.cause, one.payer, one.month, one.files) == (Cause.RETURNS_MISSING, Payer.FEDERATION, "2026-10", 2)
    assert "国保 の 2026-10 の返戻内訳書にある返戻のうち 2 件" in one.text("ja")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2026-11-05T07:59", []), ("2026-11-05T08:00", [(Cause.WAITING, None, 136)]), ("2026-11-11T00:00", [])],
)
def test_files_that_wait_for_a_sleeping_terminal_are_said_while_sending_is_open(
    moment: str, expected: list[tuple[Cause, Payer | None, int]]
) -> None:
    facts = Facts(delivered=BOTH, fetched=(FETCHED,), waiting=2)

    assert told(facts, moment) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-12-30", []),
        ("2026-12-31", [(Cause.CERTIFICATE_EXPIRES, 90, 1)]),
        ("2027-03-01", [(Cause.CERTIFICATE_EXPIRES, 30, 2)]),
        ("2027-03-24", [(Cause.CERTIFICATE_EXPIRES, 7, 3)]),
        ("2027-03-31", [(Cause.CERTIFICATE_EXPIRES, 0, 3)]),
        ("2027-04-01", [(Cause.CERTIFICATE_EXPIRED, 0, 0)]),
    ],
)
def test_a_certificate_is_reminded_of_at_90_30_and_7_days_and_when_it_is_over(
    day: str, expected: list[tuple[Cause, int, int]]
) -> None:
    facts = Facts(payers=(), certificates=(Certificate("請求端末", date(2027, 3, 31)),))
    now = datetime.fromisoformat(f"{day}T23:59").replace(tzinfo=JAPAN)

    found = [one for one in reminders(facts, now) if one.terminal == "請求端末"]

    assert [(one.cause, one.days, one.checks) for one in found] == expected


def test_what_was_said_is_said_again_only_at_its_next_moment() -> None:
    facts = Facts(payers=(), fetched=(FETCHED,), certificates=(Certificate("請求端末", date(2027, 3, 31)),))
    once = {one.once for day in range(1, 31) for one in reminders(facts, datetime(2027, 3, day, tzinfo=JAPAN))}

    assert len({key for key in once if key[0] == Cause.CERTIFICATE_EXPIRES}) == 2

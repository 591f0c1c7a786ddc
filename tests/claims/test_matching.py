import pytest

from gateway.claims.kind import Payer
from gateway.claims.matching import Missing, Sent, Standing, claimed, line, missing_returns
from gateway.claims.results import Results, Row, Says

MONTH = "2021-11"
FUND = Sent(Payer.FUND, MONTH, 140, 86_392)
AGAIN = Sent(Payer.FUND, MONTH, 2, 300)


def row(
    count: int, points: int | None, *, confirmed: bool = True, payer: Payer = Payer.FUND, month: str = MONTH
) -> Row:
    return Row(payer, month, count, points, confirmed)


@pytest.mark.parametrize(
    ("sent", "rows", "standing"),
    [
        ([], [], Standing.NOT_DELIVERED),
        ([], [row(140, 86_392)], Standing.NOT_DELIVERED),
        ([FUND], [], Standing.UNSEEN),
        ([FUND], [row(140, 86_392, confirmed=False)], Standing.UNCONFIRMED),
        ([FUND], [row(140, 86_392)], Standing.CONFIRMED),
        ([FUND], [row(140, None)], Standing.CONFIRMED),
        ([FUND], [row(139, 86_392)], Standing.DIFFERS),
        ([FUND], [row(140, 86_391)], Standing.DIFFERS),
        ([FUND, AGAIN], [row(140, 86_392), row(2, 300)], Standing.CONFIRMED),
        ([FUND, AGAIN], [row(140, 86_392), row(2, 300, confirmed=False)], Standing.DIFFERS),
        ([FUND], [row(140, 86_392, payer=Payer.FEDERATION)], Standing.UNSEEN),
        ([FUND], [row(140, 86_392, month="2021-10")], Standing.UNSEEN),
        ([FUND], [row(140, 86_392, month="")], Standing.CONFIRMED),
        ([Sent(Payer.FUND, MONTH, None, None)], [row(0, 0)], Standing.DIFFERS),
        ([Sent(Payer.FUND, "2021-10", 140, 86_392)], [row(140, 86_392)], Standing.NOT_DELIVERED),
    ],
)
def test_a_claim_stands_where_its_rows_say(sent: list[Sent], rows: list[Row], standing: Standing) -> None:
    fund, federation = claimed(sent, [Results(Says.CONFIRMED, tuple(rows))], MONTH)

    assert fund.standing is standing
    assert federation.standing is Standing.NOT_DELIVERED


def test_both_figures_come_along() -> None:
    fund, _ = claimed([FUND], [Results(Says.CONFIRMED, (row(139, 80_000),))], MONTH)

    assert (fund.sent_count, fund.sent_points) == (140, 86_392)
    assert (fund.confirmed_count, fund.confirmed_points) == (139, 80_000)


def test_staff_read_one_line() -> None:
    sent = [FUND, Sent(Payer.FEDERATION, MONTH, 3, 250)]
    rows = (row(140, 86_392), row(3, 250, confirmed=False, payer=Payer.FEDERATION))
    claims = claimed(sent, [Results(Says.CONFIRMED, rows)], MONTH)

    assert line(claims, "ja") == "社保 確定済・国保 未確定"
    assert line(claims) == "社保 confirmed, 国保 not confirmed"


def test_listed_returns_that_nobody_fetched_are_missing() -> None:
    listed = Results(Says.RETURNED, tuple(Row(Payer.FUND, MONTH, 1, None, None) for _ in range(3)))
    other = Results(Says.CONFIRMED, (row(9, 9),))
    fetched = [Row(Payer.FUND, MONTH, 2, None, None), Row(Payer.FEDERATION, MONTH, 5, None, None)]

    assert missing_returns([listed, other], fetched) == (Missing(Payer.FUND, MONTH, 3, 2),)
    assert missing_returns([listed], [Row(Payer.FUND, MONTH, 3, None, None)]) == ()

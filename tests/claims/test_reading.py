from gateway.claims.reading import Reading
from gateway.claims.records import Records
from tests.claims.synthetic import claim_file, dental_file, dpc_file, lines, receipt, reclaim_file


def reading_of(content: bytes) -> Reading:
    reading = Reading()
    reading.read(Records([content]))
    return reading


def test_public_expenses_count_each_and_the_first_gives_the_points_without_insurance() -> None:
    reading = reading_of(claim_file(receipt(1, public=(30, 40)), receipt(2, insured=False, public=(50, 60))))

    assert (reading.receipts, reading.counts, reading.points) == (2, 5, 150)


def test_a_public_expense_before_the_insurance_gives_no_points() -> None:
    reading = reading_of(lines("IR,1", "RE,1", "KO,,,,,70", "HO,,,,,100", "HO,,,,,999", "GO,2,100,99"))

    assert (reading.counts, reading.points) == (2, 100)


def test_an_endless_number_is_none() -> None:
    assert reading_of(lines("IR,1", "RE,1", f"HO,,,,,{'9' * 4000}")).points == 0


def test_history_rows_are_no_receipts() -> None:
    reading = reading_of(reclaim_file())

    assert (reading.receipts, reading.counts, reading.points) == (1, 1, 100)
    assert (reading.history.first, reading.history.times) == (4, 3)
    assert reading.reclaimed


def test_a_search_number_alone_marks_a_re_claim() -> None:
    assert reading_of(claim_file(receipt(1, search_number="12"))).reclaimed
    assert not reading_of(claim_file(receipt(1, search_number="000"))).reclaimed


def test_the_width_of_the_first_receipt_tells_dpc() -> None:
    assert reading_of(dpc_file()).dpc
    assert not reading_of(claim_file()).dpc


def test_other_widths_are_noticed() -> None:
    reading = reading_of(claim_file(receipt(1), receipt(2, columns=39), trailer="GO,2,200,99,1"))

    assert (reading.columns.first, reading.columns.times) == (4, 2)


def test_a_dental_header_stands_before_the_receipts_own() -> None:
    reading = reading_of(dental_file())

    assert (reading.month, reading.receipts, reading.closing(3)) == ("2021-11", 2, "99")


def test_treatment_months_are_compared_with_the_claim_s() -> None:
    reading = reading_of(claim_file(receipt(1, month="50309"), receipt(2, month="202111"), receipt(3, month="oops")))

    assert reading.newest_treatment == "2021-11"
    assert (reading.late.first, reading.late.times) == (4, 1)


def test_what_follows_the_trailer_is_noticed() -> None:
    reading = reading_of(claim_file(end=b"") + claim_file())

    assert 0 < reading.closed_at < reading.number

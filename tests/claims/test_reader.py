from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.claims.reader import read
from gateway.claims.summary import Finding, Kind, Payer
from tests.claims.synthetic import claim_file, receipt, return_file

SAMPLE = Path(__file__).parents[2] / "configs" / "samples" / "RECEIPTC.UKE"


def pieces(content: bytes, size: int) -> list[bytes]:
    return [content[i : i + size] for i in range(0, len(content), size)]


def test_the_sample_says_what_its_trailer_says() -> None:
    summary = read([SAMPLE.read_bytes()], institution_code="0000000")

    assert (summary.kind, summary.payer, summary.claim_month) == (Kind.MEDICAL, Payer.FUND, "2021-11")
    assert (summary.receipts, summary.declared_count, summary.declared_points) == (75, 140, 86_392)
    assert (summary.counted_count, summary.counted_points) == (140, 86_392)
    assert summary.complete
    assert summary.findings == ()


@pytest.mark.parametrize("size", [1, 2, 7, 1000, 1 << 20])
def test_the_size_of_the_pieces_changes_nothing(size: int) -> None:
    content = SAMPLE.read_bytes()

    assert read(pieces(content, size)) == read([content])


@given(size=st.integers(1, 300), cut=st.integers(0, 2000))
def test_a_cut_file_reads_the_same_in_any_pieces(size: int, cut: int) -> None:
    content = claim_file(receipt(1), receipt(2, public=(5, 6)), trailer="GO,4,200,99")[:cut]

    assert read(pieces(content, size)) == read([content])


@given(content=st.binary(max_size=600))
def test_any_bytes_are_read_without_complaint(content: bytes) -> None:
    assert read([content]).size == len(content)


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"", Finding.EMPTY),
        (b"PK\x03\x04 something else", Finding.UNKNOWN_KIND),
        (claim_file(trailer=None), Finding.TRUNCATED),
        (claim_file() + claim_file(), None),
        (claim_file().replace(b"HO,0", b"HO,\0"), Finding.NUL_BYTES),
        (claim_file().replace("架空".encode("cp932"), b"\x81\x20"), Finding.NOT_CP932),
        (claim_file(trailer="GO,2,100,99"), Finding.COUNT_DIFFERS),
        (claim_file(trailer="GO,1,101,99"), Finding.POINTS_DIFFER),
        (claim_file(code="1312345"), Finding.INSTITUTION_DIFFERS),
        (claim_file(payer="3"), Finding.NO_PAYER_OR_MONTH),
        (claim_file(month="209913"), Finding.NO_PAYER_OR_MONTH),
    ],
)
def test_what_holds_a_file_is_found(content: bytes, finding: Finding | None) -> None:
    summary = read([content], institution_code="0000000")

    assert finding is None or finding in summary.holds


def test_every_proper_prefix_of_a_claim_is_incomplete() -> None:
    content = claim_file(end=b"")

    # Without its last line end a file is still whole: every field of GO is there.
    whole = [length for length in range(len(content)) if not read([content[:length]]).holds]

    assert whole == [len(content) - 2, len(content) - 1]


def test_a_good_file_has_no_finding() -> None:
    assert read([claim_file()], institution_code="0000000").findings == ()
    assert read([claim_file(end=b"")], institution_code="0000000").findings == ()


def test_public_expenses_count_each_and_the_first_gives_the_points_without_insurance() -> None:
    content = claim_file(receipt(1, public=(30, 40)), receipt(2, insured=False, public=(50, 60)), trailer="GO,5,150,99")

    summary = read([content])

    assert (summary.counted_count, summary.counted_points) == (5, 150)
    assert summary.holds == ()


def test_zero_totals_and_volumes_are_not_compared() -> None:
    assert read([claim_file(trailer="GO,0,0,99")]).holds == ()
    assert read([claim_file(volume="01", trailer="GO,,,01")]).holds == ()


def test_receipts_out_of_order_are_noted_and_do_not_hold() -> None:
    summary = read([claim_file(receipt(2), receipt(1), trailer="GO,2,200,99")])

    assert summary.findings == (Finding.RECEIPT_ORDER,)
    assert summary.holds == ()


def test_old_months_come_out_western() -> None:
    assert read([claim_file(month="50311")]).claim_month == "2021-11"


def test_a_return_file_names_its_payer() -> None:
    summary = read([return_file("2")])

    assert (summary.kind, summary.payer, summary.complete) == (Kind.RETURN, Payer.FEDERATION, True)


def test_a_line_without_end_costs_no_memory() -> None:
    endless = (b"," * (1 << 16) for _ in range(160))

    summary = read(endless)

    assert (summary.size, summary.kind) == (160 << 16, Kind.OTHER)

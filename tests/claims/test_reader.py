import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.claims.finding import Severity
from gateway.claims.reader import Expected, inspect, read
from gateway.claims.site_rules import Place
from gateway.claims.summary import Kind, Payer, Summary
from tests.claims import synthetic
from tests.claims.synthetic import claim_file, receipt, return_file

SAMPLE = Path(__file__).parents[2] / "configs" / "samples" / "RECEIPTC.UKE"
REPORTS = Expected(carry=("*.csv", "*.pdf", "*.HEN"))
MEMORY_MAX_KIB = 64 << 10
BIG_FILE_MIB = 200


def pieces(content: bytes, size: int) -> list[bytes]:
    return [content[i : i + size] for i in range(0, len(content), size)]


def names(summary: Summary) -> list[str]:
    return [finding.name for finding in summary.findings]


def holds(summary: Summary) -> list[str]:
    return [finding.name for finding in summary.holds]


def test_the_sample_says_what_its_trailer_says() -> None:
    summary = read([SAMPLE.read_bytes()])

    assert (summary.kind, summary.payer, summary.claim_month) == (Kind.MEDICAL, Payer.FUND, "2021-11")
    assert (summary.prefecture, summary.institution_code, summary.volume) == ("12", "0000000", "00")
    assert (summary.receipts, summary.declared_count, summary.declared_points) == (75, 140, 86_392)
    assert (summary.counted_count, summary.counted_points) == (140, 86_392)
    assert summary.complete
    assert not summary.reclaim
    assert {finding.severity for finding in summary.findings} <= {Severity.NOTE}


def test_the_sample_cut_at_every_record_is_held_as_truncated() -> None:
    content = SAMPLE.read_bytes()
    boundaries = [at for at in range(1, len(content)) if content[at - 1 : at] == b"\n" or content[at : at + 1] == b"\r"]

    reasons = {at: holds(read([content[:at]])) for at in boundaries}

    assert len(boundaries) == 636 * 2 - 1
    assert {at for at, held in reasons.items() if held != ["truncated"]} == {len(content) - 2}
    assert reasons[len(content) - 2] == ["last-line-open"]  # before the last CRLF GO itself is whole


def test_the_sample_cut_at_a_thousand_random_bytes_is_held_for_the_right_reason() -> None:
    content = SAMPLE.read_bytes()
    cuts = random.Random(4).sample(range(1, len(content)), 1000)

    for at in cuts:
        held = holds(read([content[:at]]))
        if at < 2:  # one letter of IR: no record yet that would say what it is
            assert held == ["unknown-kind"]
        elif at < len(content) - 2:
            assert "truncated" in held, at
            assert set(held) <= {"truncated", "no-payer", "no-month", "unknown-kind"}, at
        else:
            assert held == ["last-line-open"], at


@pytest.mark.parametrize("size", [1, 2, 7, 1000, 1 << 20])
def test_the_size_of_the_pieces_changes_nothing(size: int) -> None:
    content = SAMPLE.read_bytes()

    assert read(pieces(content, size)) == read([content])


@given(size=st.integers(1, 300), cut=st.integers(0, 2000))
def test_a_cut_file_reads_the_same_in_any_pieces(size: int, cut: int) -> None:
    content = claim_file(receipt(1), receipt(2, public=(5, 6)), trailer="GO,4,200,99")[:cut]

    assert read(pieces(content, size)) == read([content])


@given(content=st.binary(max_size=600), name=st.text(max_size=20))
def test_any_bytes_are_read_without_complaint(content: bytes, name: str) -> None:
    assert read([content], name=name, expected=REPORTS).size == len(content)


RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["IR", "UK", "YK", "HI", "RS", "RE", "HO", "KO", "GO", "HG", "HR", "SI", "XX", "1", "14", ""]),
        st.lists(
            st.sampled_from(["", "0", "1", "2", "12", "99", "00", "202111", "50311", "0000000", "山田"]), max_size=9
        ),
    ),
    max_size=12,
)


@given(records=RECORDS, end=st.sampled_from([b"", b"\x1a", b"\r\n", b"\x81", b"\0"]))
def test_any_records_are_read_without_complaint(records: list[tuple[str, list[str]]], end: bytes) -> None:
    content = synthetic.lines(*(",".join((name, *fields)) for name, fields in records), end=end)

    summary = read([content])

    assert "山田" not in repr(summary)
    assert all(finding.record <= len(records) + 1 for finding in summary.findings)


def test_every_proper_prefix_of_a_claim_is_held() -> None:
    content = claim_file(end=b"")

    assert [length for length in range(len(content)) if not read([content[:length]]).holds] == []


def test_a_good_file_has_no_finding() -> None:
    assert read([claim_file()]).findings == ()
    assert names(read([claim_file(end=b"")])) == ["no-end-mark"]


@pytest.mark.parametrize(
    ("content", "kind", "payer", "receipts", "count"),
    [
        (claim_file(), Kind.MEDICAL, Payer.FUND, 1, 1),
        (synthetic.dpc_file(), Kind.DPC, Payer.FUND, 1, 1),
        (synthetic.dental_file(), Kind.DENTAL, Payer.FUND, 2, 2),
        (synthetic.pharmacy_file(), Kind.PHARMACY, Payer.FEDERATION, 1, 1),
        (synthetic.reclaim_file(), Kind.MEDICAL, Payer.FUND, 1, 1),
    ],
)
def test_each_kind_of_claim_is_read_and_fine(
    content: bytes, kind: Kind, payer: Payer, receipts: int, count: int
) -> None:
    summary = read([content])

    assert (summary.kind, summary.payer, summary.claim_month) == (kind, payer, "2021-11")
    assert (summary.receipts, summary.declared_count, summary.counted_count) == (receipts, count, count)
    assert {finding.severity for finding in summary.findings} <= {Severity.NOTE}


def test_home_nursing_is_known_by_its_name() -> None:
    summary = read([synthetic.lines("XX,1,12", "RE,1", "GO,1,100,99")], name="RECEIPTH.UKE")

    assert (summary.kind, summary.receipts, summary.counted_count) == (Kind.HOME_NURSING, 0, None)
    assert names(summary) == ["carried-by-name"]


def test_home_nursing_is_filed_by_its_header_and_never_held_for_it() -> None:
    content = synthetic.lines("HM,2,12,6,1312345,架空,202111,", "RE,1", "XX")
    expected = Expected(Place("0000000", "12"))

    summary = inspect([content], name="RECEIPTH.UKE", expected=expected, now=datetime(2021, 11, 8, tzinfo=UTC))

    assert (summary.kind, summary.payer, summary.claim_month) == (Kind.HOME_NURSING, Payer.FEDERATION, "2021-11")
    assert names(summary) == ["carried-by-name", "institution-differs"]
    assert summary.holds == ()
    by_name = inspect([b"XX,1\r\n"], name="RECEIPTH.UKE", expected=expected, now=datetime(2021, 11, 8, tzinfo=UTC))
    assert names(by_name) == ["carried-by-name"]


def test_a_return_file_names_its_payer() -> None:
    summary = read([return_file("2")])

    assert (summary.kind, summary.payer, summary.claim_month) == (Kind.RETURN, Payer.FEDERATION, "2021-11")
    assert (summary.receipts, summary.complete, summary.findings) == (1, True, ())
    assert read([return_file()], name="RECEIPTC.SAH").kind is Kind.REVIEW_RETURN


@pytest.mark.parametrize(
    ("name", "kind", "found"),
    [
        ("RRECEC.HEN", Kind.WORK_INJURY_RETURN, ["carried-by-name"]),
        ("12_fixf_202111.csv", Kind.CLAIM_STATUS, ["carried-by-name"]),
        ("asp-results.csv", Kind.OTHER, ["unknown-report"]),
        ("letter.docx", Kind.OTHER, ["unknown-kind", "nul-bytes", "not-cp932"]),
    ],
)
def test_reports_pass_by_their_names_whatever_is_in_them(name: str, kind: Kind, found: list[str]) -> None:
    summary = read([b"%PDF-1.7\0\x81\x20"], name=name, expected=REPORTS)

    assert (summary.kind, names(summary)) == (kind, found)


def test_old_months_come_out_western() -> None:
    assert read([claim_file(month="50311")]).claim_month == "2021-11"


def test_an_ignored_rule_is_not_looked_at() -> None:
    content = claim_file(trailer="GO,2,100,99")

    assert holds(read([content])) == ["count-differs"]
    assert holds(read([content], expected=Expected(ignore=frozenset({"U010"})))) == []


def test_inspecting_adds_the_site_s_rules() -> None:
    now = datetime(2021, 11, 8, tzinfo=UTC)
    expected = Expected(Place("1312345", "12"))

    summary = inspect([claim_file()], name="RECEIPTC.UKE", expected=expected, now=now)

    assert names(summary) == ["institution-differs"]
    ignoring = Expected(Place("1312345", "12"), ignore=frozenset({"S001"}))
    assert inspect([claim_file()], name="RECEIPTC.UKE", expected=ignoring, now=now).findings == ()


READ_BIG_FILE = """
import sys, time
from gateway.claims.reader import read
one = sys.stdin.buffer.read()
begin, receipts, end = one[:60].split(b"RE")[0], one[one.index(b"RE"):one.rindex(b"GO")], one[one.rindex(b"GO"):]
times = int(sys.argv[1]) * (1 << 20) // len(receipts)
def chunks():
    yield begin
    for _ in range(times):
        yield receipts
    yield end
summary = read(chunks())
assert summary.complete and summary.receipts == 75 * times, summary
print(time.process_time(), summary.size, next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""


def read_big_file(mib: int) -> tuple[float, int, int]:
    """Processor seconds, bytes, and the most memory (KiB) of a process that reads a file of `mib` MiB."""
    command = [sys.executable, "-c", READ_BIG_FILE, str(mib)]
    run = subprocess.run(command, input=SAMPLE.read_bytes(), capture_output=True, check=True, timeout=100)
    seconds, size, peak_kib = run.stdout.split()
    return float(seconds), int(size), int(peak_kib)


def test_a_file_of_200_mb_is_read_in_64_mb_and_in_linear_time() -> None:
    quarter_s, _, _ = read_big_file(BIG_FILE_MIB // 4)
    whole_s, size, peak_kib = read_big_file(BIG_FILE_MIB)

    assert size > (BIG_FILE_MIB - 1) << 20
    assert peak_kib < MEMORY_MAX_KIB
    assert whole_s < 6 * quarter_s  # four times as much, and room for a busy machine

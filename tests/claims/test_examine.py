import re
from pathlib import Path

import pytest

from gateway.claims.catalogue import UNDETECTABLE
from gateway.claims.examine import LOOKS
from gateway.claims.file_rules import FILE_RULES
from gateway.claims.finding import Severity
from gateway.claims.reader import Expected, read
from tests.claims import synthetic
from tests.claims.synthetic import claim_file, lines, receipt

SAMPLE = Path(__file__).parents[2] / "configs" / "samples" / "RECEIPTC.UKE"
PDF = Expected(carry=("*.pdf", "*.csv"))

# Each rule with a file it is met in: what follows, in which record, and the figures.
MET = [
    ("U001", b"", Severity.HOLD, 0, ()),
    ("U002", b"PK\x03\x04 something else", Severity.HOLD, 0, ()),
    ("U002", lines("RS,1"), Severity.HOLD, 0, ()),
    ("U003", claim_file().replace(b"HO,0", b"HO,\0"), Severity.HOLD, 0, ()),
    ("U003", claim_file() + bytes(100), Severity.HOLD, 0, ()),
    ("U004", claim_file().replace("架空".encode("cp932"), b"\x81\x20"), Severity.HOLD, 0, ()),
    ("U005", claim_file(trailer=None), Severity.HOLD, 3, ()),
    ("U005", claim_file(trailer="GO,1,100,9", end=b""), Severity.HOLD, 4, ()),
    ("U005", synthetic.dpc_file()[:-4], Severity.HOLD, 5, ()),
    ("U005", synthetic.dental_file()[:-6], Severity.WARN, 8, ()),
    ("U006", claim_file(end=b"")[:-2], Severity.HOLD, 4, ()),
    ("U006", synthetic.pharmacy_file(end=b"")[:-1], Severity.WARN, 4, ()),
    ("U007", claim_file(payer="3"), Severity.HOLD, 1, ()),
    ("U007", synthetic.return_file("9"), Severity.WARN, 1, ()),
    ("U008", claim_file(month="209913"), Severity.HOLD, 1, ()),
    ("U008", lines("HI,1,x", "HG,1"), Severity.WARN, 1, ()),
    ("U009", claim_file(trailer="GO,,,99"), Severity.HOLD, 4, ()),
    ("U009", claim_file(trailer="GO,1,1x0,99"), Severity.HOLD, 4, ()),
    ("U009", synthetic.dental_file("GO,,,99"), Severity.WARN, 8, ()),
    ("U010", claim_file(trailer="GO,2,100,99"), Severity.HOLD, 4, (2, 1)),
    ("U010", claim_file() + claim_file(receipt(1), receipt(2), trailer="GO,2,200,99"), Severity.HOLD, 10, (2, 3)),
    ("U010", synthetic.dental_file("GO,3,200,99"), Severity.WARN, 8, (3, 2)),
    ("U011", claim_file(trailer="GO,1,101,99"), Severity.HOLD, 4, (101, 100)),
    ("U011", synthetic.pharmacy_file("GO,1,101,99"), Severity.WARN, 4, (101, 100)),
    ("U012", claim_file(volume="01", trailer="GO,,,01"), Severity.WARN, 4, ()),
    ("U012", claim_file(volume="x"), Severity.WARN, 4, ()),
    ("U013", claim_file(volume="01"), Severity.WARN, 4, ()),
    ("U014", claim_file(receipt(2), receipt(1), trailer="GO,2,200,99"), Severity.WARN, 2, ()),
    ("U015", claim_file(end=b"") + claim_file(), Severity.WARN, 5, ()),
    ("U016", claim_file().replace(b"\r\nHO", b"\nHO"), Severity.WARN, 2, ()),
    ("U016", claim_file(end=b"")[:-2] + b"\x1a", Severity.WARN, 4, ()),
    ("U017", claim_file(receipt(1, month="202111")), Severity.WARN, 2, (1,)),
    ("U018", claim_file(receipt(1, month="202109")), Severity.NOTE, 0, ()),
    ("U019", claim_file().replace(b"IR,1,12", b"IR,1,48"), Severity.WARN, 1, ()),
    ("U020", claim_file(code="131234"), Severity.WARN, 1, ()),
    ("U021", claim_file().replace(b"IR,1,12,1", b"IR,1,12,3"), Severity.WARN, 1, ()),
    ("U022", lines("HI,1,202111", "RE,1"), Severity.WARN, 2, ()),
    ("U023", claim_file(f"{receipt(1)}\r\nZZ,1\r\nZY"), Severity.NOTE, 4, (2,)),
    ("U024", claim_file(receipt(1, columns=39)), Severity.NOTE, 2, (1,)),
    ("U025", claim_file(end=b""), Severity.NOTE, 0, ()),
    ("U026", synthetic.reclaim_file(), Severity.NOTE, 4, (3,)),
    ("U027", claim_file(trailer="GO,0,0,99"), Severity.NOTE, 4, ()),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "content", "severity", "record", "figures"), MET)
def test_each_rule_finds_what_it_looks_for(
    rule: str, content: bytes, severity: Severity, record: int, figures: tuple[int, ...]
) -> None:
    found = {finding.id: finding for finding in read([content]).findings}

    assert rule in found
    assert (found[rule].severity, found[rule].record, found[rule].figures) == (severity, record, figures)
    assert found[rule].text()
    assert found[rule].text("ja")


@pytest.mark.parametrize("rule", [rule.id for rule in FILE_RULES])
def test_no_rule_finds_anything_in_a_good_file(rule: str) -> None:
    assert rule not in {finding.id for finding in read([claim_file()]).findings}


def test_every_rule_is_looked_at_and_tested() -> None:
    assert tuple(LOOKS) == FILE_RULES
    # U028 and U029 need a name; test_reader.py has them.
    assert {rule.id for rule in FILE_RULES} == {rule for rule, *_ in MET} | {"U028", "U029"}


def test_volumes_that_belong_together_are_not_compared_with_the_totals_of_all() -> None:
    for volume in synthetic.volumes():
        assert read([volume]).findings == ()


def test_a_carried_report_may_hold_any_bytes() -> None:
    summary = read([b"%PDF\0\x81\x20"], name="a.pdf", expected=PDF)

    assert summary.holds == ()


BYTES = tuple(bytes([value]) for value in range(256))
SOME_BYTES = tuple(bytes([value]) for value in (*b"0123456789,\r\n\x1a\0 AZaz", 0x81, 0xA1, 0xFF))


def small_file_around_the_sample_s_ends() -> bytes:
    """The sample's own IR and GO around one receipt that makes the same totals."""
    first, *_, last = SAMPLE.read_bytes().splitlines(keepends=True)
    middle = receipt(1, points=86_392, public=(0,) * 139).encode("cp932")
    return first + middle + b"\r\n" + last


@pytest.mark.parametrize(
    ("content", "values"),
    [(small_file_around_the_sample_s_ends(), BYTES), (SAMPLE.read_bytes(), SOME_BYTES)],
    ids=["every byte", "the sample itself"],
)
def test_every_changed_byte_of_ir_and_go_is_found_or_known_to_be_undetectable(
    content: bytes, values: tuple[bytes, ...]
) -> None:
    baseline = read([content]).findings
    first_length, last_start = content.index(b"\n") + 1, content.rindex(b"GO,")
    unseen = []
    for at in (*range(first_length), *range(last_start, len(content))):
        for value in values:
            changed = content[:at] + value + content[at + 1 :]
            if changed != content and read([changed]).findings == baseline:
                unseen.append((at, changed))

    assert unseen
    for at, changed in unseen:
        start = 0 if at < first_length else last_start
        field = changed[start:at].count(b",")
        record = changed[start : changed.index(b"\n", start)].rstrip(b"\r")
        value = record.split(b",")[field]
        known = [
            one.becomes for one in UNDETECTABLE if (one.record.encode(), one.field) == (record[:2], field) and field
        ]
        assert any(re.fullmatch(pattern, value, re.DOTALL) for pattern in known), (at, field, value)

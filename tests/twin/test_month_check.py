"""What the end of the month is held to notices a file that is missing, strange, changed or doubled."""

from pathlib import Path

import pytest

from gateway.relay.parcel import State
from gateway.relay.slip import NOT_A_RECEIPT
from gateway.twin.month_check import _compared, _delivered, _replaces
from gateway.twin.month_script import FUND, Comes

FIRST = "2026-11/社保/01回目_1105-0900/RECEIPTC.UKE"
SECOND = "2026-11/社保/02回目_1105-1500/RECEIPTC.UKE"
RECLAIM = "2026-11/社保/03回目_1109-1000_再請求/RECEIPTC.UKE"
SLIP = f"\ufeff{NOT_A_RECEIPT}\r\n".encode()


def wrong(lines: object) -> list[str]:
    assert hasattr(lines, "__iter__")
    return [line for line in lines if line]


def whole() -> tuple[dict[str, bytes], dict[str, bytes]]:
    claims = {FIRST: FUND[0], SECOND: FUND[1]}
    folder = str(Path(FIRST).parent)
    notes = {f"{Path(place).parent}/配達票.txt": SLIP for place in claims}
    return claims | notes | {f"{folder}/差替済_RECEIPTC.UKE.txt": b"\xef\xbb\xbfx"}, claims


def test_what_is_as_foretold_is_right() -> None:
    found, claims = whole()

    assert wrong(_delivered(found, claims, again=0)) == []
    assert wrong(_compared("x", claims, claims)) == []


@pytest.mark.parametrize(
    "gone",
    [SECOND, "2026-11/社保/02回目_1105-1500/配達票.txt", "2026-11/社保/01回目_1105-0900/差替済_RECEIPTC.UKE.txt"],
)
def test_a_missing_file_slip_or_mark_is_named(gone: str) -> None:
    found, claims = whole()
    del found[gone]

    assert wrong(_delivered(found, claims, again=0)) == [f"配達済み: {gone} is missing"]


def test_other_bytes_a_strange_file_and_a_slip_that_promises_too_much_are_named() -> None:
    found, claims = whole()
    found[FIRST] += b"x"
    found["2026-11/strange"] = b""
    found["2026-11/社保/02回目_1105-1500/配達票.txt"] = "\ufeff受領書".encode()

    assert wrong(_delivered(found, claims, again=1)) == [
        "配達済み: 2026-11/strange should not be there",
        f"配達済み: {FIRST} has other bytes",
        "配達済み: 0 notes of a file that came again, not 1",
        "配達済み: 2026-11/社保/02回目_1105-1500/配達票.txt does not begin as it must",
    ]


def test_an_empty_folder_is_no_success() -> None:
    assert wrong(_compared("返戻", {}, {FIRST: b""})) == [f"返戻: {FIRST} is missing", "返戻: it is empty"]


def test_a_reclaim_replaces_nothing() -> None:
    assert _replaces(SECOND, FIRST)
    assert not _replaces(FIRST, SECOND)
    assert not _replaces(RECLAIM, SECOND)
    assert Comes(FUND[0], State.NOTED).place == ""

from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest

from gateway.claims.reader import read
from gateway.relay.parcel import Direction, Parcel, State, folder_stamp, series_in, series_of, target_of, variant_of
from tests.claims.synthetic import claim_file, reclaim_file, return_file, volumes
from tests.relay.test_ledger import NOW, parcel


@pytest.mark.parametrize(
    ("moment", "stamp"),
    [
        (datetime(2026, 11, 8, 14, 10, tzinfo=UTC), "1108-2310"),
        (datetime(2026, 11, 30, 15, 0, tzinfo=UTC), "1201-0000"),
        (datetime(2026, 12, 31, 14, 59, tzinfo=UTC), "1231-2359"),
    ],
)
def test_folders_carry_the_clinic_s_time(moment: datetime, stamp: str) -> None:
    assert folder_stamp(moment) == stamp


def test_a_claim_is_filed_under_its_month_and_a_return_under_today_s() -> None:
    claim = parcel(summary=read([claim_file(payer="2")]))
    back = parcel(direction=Direction.RETURN, summary=read([return_file()]))
    report = parcel(direction=Direction.RETURN, summary=read([b"1,2,3"]))

    assert target_of(claim, 2, NOW) == PurePosixPath("2021-11/国保/02回目_1108-2310/RECEIPTC.UKE")
    assert target_of(back, 1, NOW) == PurePosixPath("2026-11/社保/01回目_1108-2310/RECEIPTC.UKE")
    assert target_of(report, 1, NOW).parts[1] == "その他"


def test_a_series_ignores_letter_case() -> None:
    assert series_of(parcel(name="receiptc.uke"), NOW) == series_of(parcel(), NOW)


def test_no_two_attempts_share_a_temporary_name() -> None:
    assert parcel(attempt=1).temporary != parcel(attempt=2).temporary
    assert parcel(1).temporary != parcel(2).temporary


def test_what_rests_needs_nothing_more() -> None:
    assert {state for state in State if not state.moving} == {
        State.NOTED,
        State.RETIRED,
        State.HELD,
        State.REJECTED,
        State.CLEARED,
        State.FORGOTTEN,
    }


def read_as(content: bytes) -> Parcel:
    return parcel(summary=read((content,), name="RECEIPTC.UKE"))


def test_a_reclaim_and_each_volume_stand_beside_the_month_s_claim_and_never_replace_it() -> None:
    contents = (claim_file(), reclaim_file(), *volumes())
    parcels = [read_as(content) for content in contents]

    assert [variant_of(one) for one in parcels] == ["", "_再請求", "_分割01", "_分割02"]
    assert len({series_of(one, NOW) for one in parcels}) == len(contents)
    for one in parcels:
        assert series_in(target_of(one, 1, NOW)) == series_of(one, NOW)

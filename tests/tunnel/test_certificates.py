from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.tunnel.certificates import Fault, judge
from gateway.tunnel.credentials import Certified, read
from gateway.twin.authority import Authority, Identity
from gateway.twin.far_end import Trust
from tests.tunnel.scene import sample

EAST = sample().connections[0]
NOW = datetime.now(UTC)
OURS, NAMESAKE, STRANGER = Authority(), Authority(), Authority("stranger")


def material(folder: Path, site: Identity, authority: Authority = OURS) -> Certified:
    Trust(authority, site).write((EAST,), folder)
    found = read(EAST, folder)
    assert isinstance(found, Certified)
    return found


def faults(found: Certified, now: datetime = NOW) -> list[Fault]:
    return [one.fault for one in judge(found, now)]


def test_nothing_is_wrong_with_what_fits(tmp_path: Path) -> None:
    assert faults(material(tmp_path, OURS.issue("site.example"))) == []


def test_a_key_of_another_certificate(tmp_path: Path) -> None:
    mine, other = OURS.issue("site.example"), OURS.issue("site.example")
    found = material(tmp_path, Identity(mine.certificate, other.key))
    assert faults(found) == [Fault.KEY_DIFFERS]
    assert [one.which for one in judge(found, NOW) if one.wrong] == ["key_file"]


@pytest.mark.parametrize(
    ("lasts", "begins", "expected"),
    [
        (timedelta(days=91), timedelta(), []),
        (timedelta(days=89), timedelta(), [Fault.EXPIRES]),
        (timedelta(hours=-2), timedelta(), [Fault.EXPIRED]),
        (timedelta(days=300), timedelta(days=2), [Fault.NOT_YET]),
    ],
)
def test_its_time(tmp_path: Path, lasts: timedelta, begins: timedelta, expected: list[Fault]) -> None:
    found = material(tmp_path, OURS.issue("site.example", lasts, begins=begins))
    assert faults(found) == expected
    assert [one.wrong for one in judge(found, NOW)] == [fault is not Fault.EXPIRES for fault in expected]


def test_an_expired_authority(tmp_path: Path) -> None:
    old = Authority(lasts=timedelta(hours=-1))
    found = material(tmp_path, old.issue("site.example"), old)
    assert faults(found) == [Fault.EXPIRED]
    assert [one.which for one in judge(found, NOW)] == ["ca"]


def test_an_authority_that_did_not_sign(tmp_path: Path) -> None:
    assert faults(material(tmp_path, OURS.issue("site.example"), NAMESAKE)) == [Fault.NOT_SIGNED]


def test_another_authority_for_the_provider_is_no_fault(tmp_path: Path) -> None:
    (found,) = judge(material(tmp_path, OURS.issue("site.example"), STRANGER), NOW)
    assert (found.fault, found.wrong) == (Fault.OTHER_AUTHORITY, False)


def test_a_certificate_that_may_not_sign_is_no_authority(tmp_path: Path) -> None:
    Trust(OURS, OURS.issue("site.example")).write((EAST,), tmp_path)
    (tmp_path / "credentials/ca.pem").write_bytes(OURS.issue("gw.provider.example").certificate)
    found = read(EAST, tmp_path)
    assert isinstance(found, Certified)
    assert Fault.NO_AUTHORITY in faults(found)

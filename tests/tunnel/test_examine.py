from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.site.load import load_site
from gateway.site.model import Ike, Site
from gateway.tunnel.examine import Examined, examine
from gateway.twin.authority import Authority, write_secret
from gateway.twin.far_end import Trust
from tests.tunnel.scene import CONFIGS, sample

NOW = datetime.now(UTC)
IKE = ("tunnel", "ike")


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(CONFIGS / "ipsec-router-claim.yaml")


def found(site: Site, folder: Path) -> list[Examined]:
    return list(examine(site, folder, NOW))


def test_nothing_to_say_of_what_is_good(site: Site, tmp_path: Path) -> None:
    Trust.made().write(sample().connections, tmp_path)
    assert found(site, tmp_path) == []


def test_what_is_absent_is_no_mistake_and_said_once_for_two_providers(site: Site, tmp_path: Path) -> None:
    assert [(one.path[-1], one.wrong) for one in found(site, tmp_path)] == [
        ("certificate", False),
        ("key_file", False),
        ("ca", False),
    ]


def test_a_file_that_cannot_be_used_is_one(site: Site, tmp_path: Path) -> None:
    Trust.made().write(sample().connections, tmp_path)
    (tmp_path / "credentials/site.key").chmod(0o644)
    (one,) = found(site, tmp_path)
    assert (one.path, one.wrong) == (IKE, True)
    assert "can be read by others" in one.text


def test_a_certificate_that_ends_soon_is_worth_knowing_and_one_that_ended_is_wrong(site: Site, tmp_path: Path) -> None:
    authority = Authority()
    for lasts, wrong in ((timedelta(days=30), False), (timedelta(days=-1), True)):
        Trust(authority, authority.issue("site.example", lasts)).write(sample().connections, tmp_path)
        (one,) = found(site, tmp_path)
        assert (one.path, one.wrong) == ((*IKE, "certificate"), wrong)


def test_what_is_old_or_weak_is_said_at_the_providers_own_key(site: Site, tmp_path: Path) -> None:
    assert site.tunnel
    own = Ike.model_validate(
        {
            "version": 1,
            "auth": "psk",
            "psk_file": "psk",
            "proposals": ["aes256-sha1-modp1024"],
            "allow_weak": "their gateway is old",
        }
    )
    east, west = site.tunnel.providers
    providers = (east, west.model_copy(update={"ike": own}))
    site = site.model_copy(update={"tunnel": site.tunnel.model_copy(update={"providers": providers})})
    Trust.made().write(sample().connections, tmp_path)
    write_secret(tmp_path / "psk", b"long-enough-to-be-a-shared-key")

    said = found(site, tmp_path)

    assert [one.path for one in said] == [
        ("tunnel", "providers", 1, "ike", "version"),
        ("tunnel", "providers", 1, "ike", "allow_weak"),
    ]
    assert not any(one.wrong for one in said)

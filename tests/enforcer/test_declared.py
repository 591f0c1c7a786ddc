from pathlib import Path

import pytest

from gateway.enforcer.declared import declared
from gateway.enforcer.desired import OwnEnd, Runs
from gateway.enforcer.errors import ApplyError, Unfit
from gateway.site.layout import Zone
from gateway.twin.samples import CONFIGS, DEMO_SITE
from tests.programs.kept import Kept

STATIC = next(line.strip() for line in DEMO_SITE.read_text().splitlines() if "uplink:" in line)


def test_a_site_file_says_what_it_asks_for() -> None:
    found = declared(DEMO_SITE)
    assert found.ports[Zone.CLAIM] == "eth2"
    assert found.desired.policy.flows


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("layout: ip-vpn/claim", "layout: ip-vpn/clam", "layout"),
        (STATIC, "uplink: {pppoe: {user: x, password_file: y}, ra: {}}", "not supported by this version yet"),
    ],
)
def test_a_site_that_cannot_be_enforced_is_refused_with_its_place(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(DEMO_SITE.read_text().replace(old, new))
    with pytest.raises(Unfit, match=rf"site\.yaml:\d+:\d+: .*{told}"):
        declared(file)


def test_a_site_that_needs_programs_is_for_the_enforcer_that_can_have_them_run(tmp_path: Path) -> None:
    file = CONFIGS / "ipsec-client-claim.yaml"
    with pytest.raises(ApplyError, match="only the enforcer that systemd runs keeps them"):
        declared(file)
    found = declared(file, OwnEnd(runs=Runs(Kept())))
    assert [one.unit for one in found.desired.programs.services] == [
        "claim-gateway-leases@claim.service",
        "claim-gateway-names@claim.service",
    ]


def test_a_missing_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unfit):
        declared(tmp_path / "gone.yaml")


def test_a_card_that_is_not_there_may_still_come(tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(DEMO_SITE.read_text().replace("port: eth2", 'port: {mac: "02:00:5e:00:53:99"}'))
    with pytest.raises(ApplyError, match=r"zones\.claim\.port 02:00:5e:00:53:99 is no card of this box"):
        declared(file)

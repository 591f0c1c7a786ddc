from ipaddress import ip_address

import pytest

from gateway.policy.derive import derive
from gateway.proof.inventory.surroundings import is_terminal, surroundings
from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.samples import CONFIGS
from gateway.wiring import part as wiring


@pytest.mark.parametrize("sample", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_two_readings_of_a_site_file_agree_about_its_ports(sample: object) -> None:
    site = load_site(CONFIGS / str(sample))
    assert dict(surroundings(site, derive(site)).ports) == dict(wiring.ports(site))


def test_an_address_is_in_its_zone_or_beyond_the_line(site: Site) -> None:
    found = surroundings(site, derive(site))
    assert found.zone_at(ip_address("2001:db8:20::10")) is Zone.CLAIM
    assert found.zone_at(ip_address("203.0.113.1")) is None
    assert is_terminal(Zone.CLAIM)
    assert not is_terminal(Zone.LAN)
    assert not found.holds_tunnel()

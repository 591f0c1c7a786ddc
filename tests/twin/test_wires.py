from typing import Any

import pytest

from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import Port, Site
from gateway.site.rules import findings
from gateway.twin.samples import CONFIGS
from gateway.twin.wires import plugged
from gateway.wiring import part
from tests.policy.sites import site_on_a_line

STATIC4 = {"addresses": ["198.51.100.2/30"], "next_hop": ["198.51.100.1"]}


def test_each_vlan_of_a_trunk_is_a_wire() -> None:
    site = load_site(CONFIGS / "vlan-trunk.yaml")
    assert part.ports(plugged(site)) == part.ports(site)
    assert part.desired(plugged(site)).vlans == ()


def test_a_card_has_another_address_in_a_twin(site: Site) -> None:
    assert site.zones.claim is not None
    claim = site.zones.claim.model_copy(update={"port": Port(mac="02:00:5e:10:00:01", vlan=10)})
    by_mac = site.model_copy(update={"zones": site.zones.model_copy(update={"claim": claim})})
    assert part.ports(plugged(by_mac))[Zone.CLAIM] == "card-claim"


@pytest.mark.parametrize("uplink", [{"dhcp": {}, "pd": {}}, {"dhcp": {}, "ra": {}}, {"static": STATIC4, "ra": {}}])
def test_a_twins_line_has_fixed_addresses_in_the_families_it_assigns(uplink: dict[str, Any]) -> None:
    site = site_on_a_line(uplink)
    twin = plugged(site)
    assert site.zones.wan is not None
    assert twin.zones.wan is not None
    assert twin.zones.wan.uplink.assigned == ()
    for family in (4, 6):
        assert bool(twin.zones.wan.uplink.ways(family)) is bool(site.zones.wan.uplink.ways(family))
    assert not list(findings(twin))


def test_a_delegated_segment_has_a_prefix_in_a_twin_and_its_terminals_addresses_of_it() -> None:
    twin = plugged(site_on_a_line({"dhcp": {}, "pd": {}}))
    assert twin.zones.claim is not None
    assert [str(one) for one in twin.zones.claim.addresses] == ["192.168.20.1/24", "fd00:64:9::1/64"]
    assert [str(one) for one in twin.zones.claim.terminals[0].addresses] == ["192.168.20.10", "fd00:64:9::10"]

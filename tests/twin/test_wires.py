from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import Port, Site
from gateway.twin.samples import CONFIGS
from gateway.twin.wires import plugged
from gateway.wiring import part


def test_each_vlan_of_a_trunk_is_a_wire() -> None:
    site = load_site(CONFIGS / "vlan-trunk.yaml")
    assert part.ports(plugged(site)) == part.ports(site)
    assert part.desired(plugged(site)).vlans == ()


def test_a_card_has_another_address_in_a_twin(site: Site) -> None:
    assert site.zones.claim is not None
    claim = site.zones.claim.model_copy(update={"port": Port(mac="02:00:5e:10:00:01", vlan=10)})
    by_mac = site.model_copy(update={"zones": site.zones.model_copy(update={"claim": claim})})
    assert part.ports(plugged(by_mac))[Zone.CLAIM] == "card-claim"

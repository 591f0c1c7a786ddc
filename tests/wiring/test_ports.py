import pytest
from pyroute2 import IPRoute

from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.zones import Port
from gateway.twin.namespace import Namespace
from gateway.wiring import ports
from gateway.wiring.part import WiringError
from gateway.wiring.part import ports as behind
from gateway.wiring.ports import Card

MAC = "02:00:5e:10:00:01"
CARDS = (Card("eth0", "02:00:5e:10:00:00"), Card("eth1", MAC), Card("eth2", "02:00:5e:10:00:02", "00:00:5e:10:00:99"))


def with_claim(site: Site, **port: object) -> Site:
    """`site` with another port for its terminals."""
    assert site.zones.claim is not None
    claim = site.zones.claim.model_copy(update={"port": Port.model_validate(port)})
    return site.model_copy(update={"zones": site.zones.model_copy(update={"claim": claim})})


def test_a_card_is_found_by_the_address_it_shows_and_the_one_it_was_made_with(site: Site) -> None:
    cards = (Card("eth0", "02:00:5e:10:00:00"), Card("eth1", "02:00:5e:10:00:07"), Card("eth9", "", MAC))
    assert behind(ports.by_name(with_claim(site, mac=MAC), cards))[Zone.CLAIM] == "eth9"
    assert behind(ports.by_name(with_claim(site, mac="02:00:5e:10:00:00", vlan=20), cards))[Zone.CLAIM] == "eth0.20"


def test_a_site_by_name_stays_as_it_is(site: Site) -> None:
    assert ports.by_name(site, ()) == site


@pytest.mark.parametrize(
    ("cards", "told"),
    [
        (CARDS[:1], rf"zones\.claim\.port {MAC} is no card of this box\. this box has: eth0 02:00:5e:10:00:00$"),
        ((), r"this box has: none$"),
        ((*CARDS, Card("eth7", MAC)), r"is eth1 and eth7\. this box has: "),
        (CARDS, r"is eth1, the port of (claim|lan)\. give each its own card$"),
        ((Card("enx02005e100001", MAC),), r"would be enx02005e100001\.20, longer than 15 characters\."),
    ],
    ids=["absent", "no cards", "twice", "another zone's", "too long"],
)
def test_what_cannot_be_found_is_one_line(site: Site, cards: tuple[Card, ...], told: str) -> None:
    vlan = {"vlan": 20} if "longer" in told else {}
    with pytest.raises(WiringError, match=told) as refused:
        ports.by_name(with_claim(site, mac=MAC, **vlan), cards)
    assert "\n" not in str(refused.value)


@pytest.mark.root
def test_what_stands_on_a_card_is_none_though_it_shows_its_address(namespace: Namespace, site: Site) -> None:
    def plug() -> None:
        with IPRoute() as ip:
            ip.link("add", ifname="card", kind="veth", peer={"ifname": "far"}, address=MAC)
            ip.link("add", ifname="stack", kind="bridge", address=MAC)

    namespace.call(plug)
    assert behind(namespace.call(ports.located, with_claim(site, mac=MAC)))[Zone.CLAIM] == "card"

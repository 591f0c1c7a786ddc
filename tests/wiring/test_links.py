from typing import Any

from gateway.wiring import links
from gateway.wiring.links import Link
from gateway.wiring.model import Vlan

TEN, TWENTY = Vlan("eth0.10", "eth0", 10), Vlan("eth0.20", "eth0", 20)


def told(name: str, index: int, **more: Any) -> dict[str, Any]:
    """A RTM_NEWLINK message as pyroute2 reads it."""
    return {"index": index, "flags": 1, "attrs": [("IFLA_IFNAME", name), *more.items()]}


def of_vlan(number: int, trunk: int) -> dict[str, Any]:
    data = {"attrs": [("IFLA_VLAN_ID", number)]}
    return {
        "IFLA_LINK": trunk,
        "IFLA_LINKINFO": {"attrs": [("IFLA_INFO_KIND", "vlan"), ("IFLA_INFO_DATA", data)]},
    }


def test_a_vlan_is_read_with_its_trunk_and_number() -> None:
    found = links.parse([told("eth0.10", 3, **of_vlan(10, 2), IFLA_IFALIAS="claim-gateway"), told("eth0", 2)])
    assert found == {
        "eth0.10": Link("eth0.10", 3, is_up=True, vlan=TEN, alias="claim-gateway"),
        "eth0": Link("eth0", 2, is_up=True),
    }


def test_another_kind_of_link_is_none() -> None:
    information = {"attrs": [("IFLA_INFO_KIND", "veth")]}
    assert links.parse([told("eth0", 2, IFLA_LINK=7, IFLA_LINKINFO=information)])["eth0"].vlan is None


def test_the_vlans_of_a_trunk_and_those_made_before_concern_a_site() -> None:
    beside, elsewhere = Vlan("eth0.99", "eth0", 99), Vlan("eth5.10", "eth5", 10)
    there = [
        Link("eth0", 1, is_up=True),
        Link("eth0.10", 2, is_up=True, vlan=TEN),
        Link("eth0.99", 3, is_up=True, vlan=beside),
        Link("eth5.10", 4, is_up=True, vlan=elsewhere),
    ]
    assert links.vlans(there, (TEN,)) == (TEN, beside)
    assert links.vlans(there, ()) == ()
    before = Link("eth5.10", 4, is_up=True, vlan=elsewhere, alias="claim-gateway")
    assert links.vlans([before], ()) == (elsewhere,)


def test_a_vlan_is_missing_only_without_its_trunk() -> None:
    there = {"eth1": Link("eth1", 1, is_up=True)}
    assert links.missing(there, ("eth0", "eth0.10", "eth1"), (TEN,)) == ("eth0", "eth0.10")
    trunk = there | {"eth0": Link("eth0", 2, is_up=True)}
    assert links.missing(trunk, ("eth0", "eth0.10", "eth0.20"), (TEN, TWENTY)) == ()

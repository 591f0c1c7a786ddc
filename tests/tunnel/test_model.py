from dataclasses import replace
from ipaddress import ip_network

from tests.tunnel.scene import sample


def test_providers_with_the_same_networks_stand_in_for_each_other_in_their_order() -> None:
    wanted = sample()
    east, west = wanted.connections
    other = replace(west, name="other", networks=(ip_network("192.0.2.64/26"),))

    ways = replace(wanted, connections=(west, other, east)).ways

    assert sorted([one.name for one in way] for way in ways) == [["other"], ["west", "east"]]

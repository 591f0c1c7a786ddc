from typing import Any

from gateway.programs.networkd import PREFIX, network_files
from gateway.site.model import Site
from tests.policy.sites import site_on_a_line


def of_zone(site: Site, zone: str) -> str:
    return next(file.text for file in network_files(site) if file.name == f"{PREFIX}{zone}.network")


def test_networkd_has_nothing_to_do_where_every_address_is_declared(site: Site) -> None:
    assert network_files(site) == ()


def test_only_the_families_the_line_assigns_are_asked_for() -> None:
    cases: tuple[tuple[dict[str, Any], str, str], ...] = (
        ({"dhcp": {}}, "DHCP=ipv4", "IPv6AcceptRA=no"),
        ({"ra": {}}, "DHCP=no", "IPv6AcceptRA=yes"),
        ({"dhcp": {}, "ra": {}}, "DHCP=ipv4", "IPv6AcceptRA=yes"),
        ({"pd": {}}, "DHCP=ipv6", "IPv6AcceptRA=yes"),
        ({"dhcp": {}, "pd": {}}, "DHCP=yes", "IPv6AcceptRA=yes"),
    )
    for uplink, dhcp, ra in cases:
        words = of_zone(site_on_a_line(uplink), "wan").splitlines()
        assert dhcp in words
        assert ra in words


def test_the_line_gets_no_say_in_routes_to_the_inside() -> None:
    words = of_zone(site_on_a_line({"dhcp": {}, "ra": {}}), "wan").splitlines()
    assert {"UseRoutes=no", "RoutesToDNS=no", "RoutesToNTP=no", "UseRoutePrefix=no", "UseOnLinkPrefix=no"} <= set(words)


def test_what_is_static_on_a_port_of_networkds_stays() -> None:
    assert all("KeepConfiguration=static" in file.text for file in network_files(site_on_a_line({"pd": {}})))


def test_a_segment_gets_its_part_of_the_prefix_and_hears_no_router() -> None:
    words = of_zone(site_on_a_line({"pd": {}}), "claim").splitlines()
    assert {"Name=eth2", "UplinkInterface=eth0", "SubnetId=0x0", "Token=::1", "IPv6AcceptRA=no"} <= set(words)


def test_the_box_is_known_to_the_carrier_by_its_card_in_both_families() -> None:
    words = of_zone(site_on_a_line({"dhcp": {}, "pd": {}}), "wan").splitlines()
    assert {"ClientIdentifier=mac", "DUIDType=link-layer"} <= set(words)


def test_the_hint_has_the_declared_length() -> None:
    assert "PrefixDelegationHint=::/60" in of_zone(site_on_a_line({"pd": {"prefix_length": 60}}), "wan")

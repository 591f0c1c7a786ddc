from ipaddress import ip_address, ip_network

from gateway.policy.networks import hosts, merged, of_family


def test_merged_joins_overlaps_within_a_family_and_keeps_families_apart() -> None:
    given = [ip_network(text) for text in ("10.0.0.0/25", "2001:db8::/64", "10.0.0.128/25", "10.0.0.5/32")]
    assert merged(given) == (ip_network("10.0.0.0/24"), ip_network("2001:db8::/64"))


def test_hosts_are_single_addresses() -> None:
    assert hosts([ip_address("192.0.2.9"), ip_address("192.0.2.9")]) == (ip_network("192.0.2.9/32"),)


def test_of_family() -> None:
    both = (ip_network("10.0.0.0/24"), ip_network("2001:db8::/64"))
    assert of_family(both, 6) == (both[1],)

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.networks import EVERYWHERE, hosts, internet, merged, of_family, without
from gateway.site.values import IpNetwork


def nets(*texts: str) -> tuple[IpNetwork, ...]:
    return tuple(ip_network(text) for text in texts)


def test_merged_joins_overlaps_within_a_family_and_keeps_families_apart() -> None:
    given_networks = nets("10.0.0.0/25", "2001:db8::/64", "10.0.0.128/25", "10.0.0.5/32")
    assert merged(given_networks) == nets("10.0.0.0/24", "2001:db8::/64")


def test_hosts_are_single_addresses() -> None:
    assert hosts([ip_address("192.0.2.9"), ip_address("192.0.2.9")]) == nets("192.0.2.9/32")


def test_of_family() -> None:
    both = nets("10.0.0.0/24", "2001:db8::/64")
    assert of_family(both, 6) == (both[1],)


def test_without_leaves_the_rest_as_prefixes() -> None:
    assert without(nets("10.0.0.0/24"), nets("10.0.0.128/26")) == nets("10.0.0.0/25", "10.0.0.192/26")


def test_without_takes_nothing_from_the_other_family_nor_from_strangers() -> None:
    left = nets("10.0.0.0/24", "2001:db8::/64")
    assert without(left, nets("2001:db8:1::/64", "10.0.1.0/24")) == left
    assert without(left, nets("2001:db8::/32")) == nets("10.0.0.0/24")


def test_without_a_network_as_large_leaves_nothing() -> None:
    assert without(nets("10.0.0.0/24"), nets("10.0.0.0/24")) == ()
    assert without(nets("10.0.0.0/24", "10.0.1.0/24"), nets("10.0.0.0/16")) == ()


@st.composite
def small_networks(draw: st.DrawFn) -> IpNetwork:
    """Prefixes of 10.0.0.0/24 and of 2001:db8::/120, so that they often meet."""
    length, host = draw(st.integers(0, 8)), draw(st.integers(0, 255))
    if draw(st.booleans()):
        return ip_network((0x0A000000 | host, 24 + length), strict=False)
    return ip_network((0x20010DB8 << 96 | host, 120 + length), strict=False)


@given(networks=st.lists(small_networks(), max_size=4), taken=st.lists(small_networks(), max_size=4))
def test_an_address_is_left_if_and_only_if_it_was_there_and_was_not_taken(
    networks: list[IpNetwork], taken: list[IpNetwork]
) -> None:
    left = without(networks, taken)
    for base in (0x0A000000, 0x20010DB8 << 96):
        for host in range(0, 256, 5):
            address = ip_address(base | host)
            was_there = any(address in network for network in networks)
            was_taken = any(address in network for network in taken)
            assert any(address in network for network in left) == (was_there and not was_taken)
    assert left == merged(left)  # interval sets refuse overlaps


def test_everywhere_less_a_host_is_everything_else() -> None:
    (hole,) = nets("192.0.2.10/32")
    left = without(EVERYWHERE, (hole,))
    assert sum(network.num_addresses for network in left if network.version == 4) == 2**32 - 1
    assert not any(network.overlaps(hole) for network in left if network.version == 4)
    assert of_family(left, 6) == nets("::/0")


def test_the_internet_has_hosts_only() -> None:
    for text in (
        "127.0.0.1",
        "0.0.0.1",
        "169.254.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "fe80::1",
        "ff02::1",
        "fd00::1",
    ):
        assert not any(ip_address(text) in network for network in internet())
    for text in ("192.0.2.1", "100.64.0.1", "2001:db8::1"):
        assert any(ip_address(text) in network for network in internet())

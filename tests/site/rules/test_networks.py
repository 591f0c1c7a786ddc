from ipaddress import ip_network

import pytest

from gateway.site.rules.networks import brief, listed, within


@pytest.mark.parametrize(
    ("inner", "inside"), [("10.1.0.0/16", True), ("10.0.0.0/7", False), ("::/1", False), ("2001:db8::1/128", True)]
)
def test_within(inner: str, *, inside: bool) -> None:
    assert within(ip_network(inner), [ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")]) is inside


def test_a_host_is_written_without_its_prefix_length() -> None:
    assert brief(ip_network("10.0.0.1")) == "10.0.0.1"
    assert brief(ip_network("10.0.0.0/8")) == "10.0.0.0/8"
    assert listed([ip_network("10.0.0.0/8"), ip_network("::/64")]) == "10.0.0.0/8, ::/64"

import pytest

from gateway.policy.services import ANYTHING, DNS, IKE, NTP, SMB, SSH, SYSLOG, declared
from gateway.site.model import Service


@pytest.mark.parametrize(
    ("given", "joined"),
    [
        ([{"tcp": 443}], ["tcp 443"]),
        ([{"tcp": 443}, {"tcp": 443}], ["tcp 443"]),
        ([{"tcp": "440-450"}, {"tcp": 443}, {"tcp": "451-460"}], ["tcp 440-460"]),
        ([{"tcp": "440-450"}, {"tcp": "449-460"}], ["tcp 440-460"]),
        ([{"tcp": 440}, {"tcp": 442}], ["tcp 440", "tcp 442"]),
        ([{"udp": 123}, {"tcp": 53}, {"udp": 53}], ["tcp 53", "udp 53", "udp 123"]),
        ([{"tcp": 443}, {"udp": 444}], ["tcp 443", "udp 444"]),
        ([{"esp": True}, {"udp": 500}, {"esp": True}], ["esp", "udp 500"]),
    ],
    ids=str,
)
def test_services_are_sorted_and_joined_within_a_protocol(given: list[dict[str, object]], joined: list[str]) -> None:
    services = [Service.model_validate(one) for one in given]

    assert [str(service) for service in declared(services)] == joined
    assert declared(services) == declared(reversed(services))


def test_the_well_known_services_have_their_registered_ports() -> None:
    """IANA's service name and port number registry."""
    assert [str(one) for one in (SMB, SSH, NTP)] == ["tcp 445", "tcp 22", "udp 123"]
    assert [str(one) for one in (*DNS, *SYSLOG)] == ["tcp 53", "udp 53", "tcp 514", "udp 514"]
    assert [str(one) for one in IKE] == ["udp 500", "udp 4500", "esp"]
    assert [str(one) for one in ANYTHING] == ["tcp 1-65535", "udp 1-65535"]

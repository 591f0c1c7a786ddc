from pathlib import Path

import pytest

from gateway.cli.endpoints import WrongQuestion, asked_session
from gateway.policy.derive import derive
from gateway.policy.model import Protocol, Session
from gateway.site.layout import Zone
from gateway.site.load import load_site

SITE = load_site(Path(__file__).parents[2] / "configs" / "ipsec-router-claim.yaml")


def asked(origin: str, target: str, port: str | None = "443") -> Session:
    protocol = Protocol.TCP if port else Protocol.ESP
    return asked_session(SITE, derive(SITE), origin, target, (protocol, port))


def test_zones_addresses_and_port() -> None:
    session = asked("claim:192.168.20.10", "tunnel:203.0.113.7")

    assert (session.origin, session.target) == (Zone.CLAIM, Zone.TUNNEL)
    assert (str(session.source), str(session.destination), session.port) == ("192.168.20.10", "203.0.113.7", 443)


def test_a_protocol_without_ports_has_none() -> None:
    assert asked("gateway:198.51.100.2", "wan:192.0.2.10", None).port is None


def test_the_tunnel_leads_to_its_networks_only() -> None:
    with pytest.raises(
        WrongQuestion, match=r"not behind the tunnel, which leads to 203\.0\.113\.0/24, 2001:db8:c::/48"
    ):
        asked("claim:192.168.20.10", "tunnel:8.8.8.8")


def test_an_inside_address_is_never_on_the_line() -> None:
    with pytest.raises(WrongQuestion, match=r"this address is in lan\. write lan:192\.168\.10\.21"):
        asked("wan:192.168.10.21", "claim:192.168.20.10")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "１２", "4 4", "", "99999999999"])
def test_what_is_no_port(port: str) -> None:
    with pytest.raises(WrongQuestion, match="is not a port"):
        asked_session(SITE, derive(SITE), "claim:192.168.20.10", "tunnel:203.0.113.7", (Protocol.TCP, port))

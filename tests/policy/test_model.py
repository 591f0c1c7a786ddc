from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.derive import derive
from gateway.policy.model import Protocol, Session, verdict
from gateway.site.layout import Zone
from gateway.site.model import Site

PC_TO_SHARE = Session(Zone.LAN, Zone.CLAIM, ip_address("192.168.10.21"), ip_address("192.168.20.10"), Protocol.TCP, 445)


def test_the_receipt_pc_may_open_the_shared_folder(site: Site) -> None:
    flow = verdict(derive(site), PC_TO_SHARE)
    assert flow is not None
    assert flow.id == "lan-claim-share"


@pytest.mark.parametrize(
    "change",
    [
        {"origin": Zone.CLAIM, "target": Zone.LAN},
        {"source": ip_address("192.168.10.22")},
        {"destination": ip_address("192.168.20.11")},
        {"destination": ip_address("2001:db8:20::10")},
        {"protocol": Protocol.UDP},
        {"protocol": Protocol.ICMP_ECHO, "port": None},
        {"port": 444},
        {"port": 446},
    ],
    ids=str,
)
def test_anything_else_than_declared_is_refused(site: Site, change: dict[str, object]) -> None:
    assert verdict(derive(site), replace(PC_TO_SHARE, **change)) is None  # type: ignore[arg-type]


@given(origin=st.sampled_from(Zone), target=st.sampled_from(Zone), port=st.integers(1, 65_535))
def test_no_session_ever_starts_towards_lan(site: Site, origin: Zone, target: Zone, port: int) -> None:
    session = replace(PC_TO_SHARE, origin=origin, target=target, port=port)
    if target is Zone.LAN:
        assert verdict(derive(site), session) is None


def test_a_flow_without_a_clause_is_a_bug(site: Site) -> None:
    with pytest.raises(ValueError, match="no clause"):
        replace(derive(site).flows[0], clauses=())

from dataclasses import replace
from datetime import time, timedelta
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.derive import derive
from gateway.policy.model import Flow, Granted, Protocol, ServicePorts, Session, Window, verdict
from gateway.site.layout import Layout, Zone
from gateway.site.model import Site
from gateway.site.openings import Day
from gateway.site.values import Hours, PortRange
from tests.policy.sites import site_of

PC_TO_SHARE = Session(Zone.LAN, Zone.CLAIM, ip_address("192.168.10.21"), ip_address("192.168.20.10"), Protocol.TCP, 445)
TERMINAL_TO_PROVIDER = Session(
    Zone.CLAIM, Zone.WAN, ip_address("192.168.20.10"), ip_address("192.0.2.10"), Protocol.ESP, None
)


def test_the_receipt_pc_may_open_the_shared_folder(site: Site) -> None:
    flow = verdict(derive(site), PC_TO_SHARE)
    assert flow is not None
    assert flow.id == "lan-claim-share"


@pytest.mark.parametrize(
    "changed",
    [
        replace(PC_TO_SHARE, origin=Zone.CLAIM, target=Zone.LAN),
        replace(PC_TO_SHARE, source=ip_address("192.168.10.22")),
        replace(PC_TO_SHARE, destination=ip_address("192.168.20.11")),
        replace(PC_TO_SHARE, destination=ip_address("2001:db8:20::10")),
        replace(PC_TO_SHARE, source=ip_address("2001:db8:10::21")),
        replace(PC_TO_SHARE, protocol=Protocol.UDP),
        replace(PC_TO_SHARE, protocol=Protocol.ICMP_ECHO, port=None),
        replace(PC_TO_SHARE, protocol=Protocol.ESP, port=None),
        replace(PC_TO_SHARE, port=None),
        replace(PC_TO_SHARE, port=444),
        replace(PC_TO_SHARE, port=446),
    ],
    ids=str,
)
def test_anything_else_than_declared_is_refused(site: Site, changed: Session) -> None:
    assert verdict(derive(site), changed) is None


@given(origin=st.sampled_from(Zone), target=st.sampled_from(Zone), port=st.integers(1, 65_535))
def test_no_session_ever_starts_towards_lan(site: Site, origin: Zone, target: Zone, port: int) -> None:
    session = replace(PC_TO_SHARE, origin=origin, target=target, port=port)
    if target is Zone.LAN:
        assert verdict(derive(site), session) is None


def test_a_flow_without_a_clause_is_a_bug(site: Site) -> None:
    with pytest.raises(ValueError, match="no clause"):
        replace(derive(site).flows[0], clauses=())


class TestTimed:
    @pytest.fixture
    def timed(self) -> Site:
        grant = {"to": "claim", "from": ["192.168.10.21"], "services": [{"tcp": 3389}], "at_most": "1h"}
        return site_of(Layout.IP_VPN_CLAIM, access={"hours": "18:30-21:00"}, grants={"desktop": grant})

    def test_a_window_allows_while_it_is_open(self, timed: Site) -> None:
        policy = derive(timed)
        assert verdict(policy, PC_TO_SHARE) is None
        assert verdict(policy, PC_TO_SHARE, frozenset({"lan-claim-share"})) is not None

    def test_a_grant_allows_while_it_is_granted(self, timed: Site) -> None:
        policy, desktop = derive(timed), replace(PC_TO_SHARE, port=3389)
        assert verdict(policy, desktop) is None
        assert verdict(policy, desktop, frozenset({"lan-claim-share"})) is None
        assert verdict(policy, desktop, frozenset({"lan-claim-grant-desktop"})) is not None

    def test_what_is_always_open_needs_nobody(self, timed: Site) -> None:
        https = Session(Zone.CLAIM, Zone.WAN, ip_address("192.168.20.10"), ip_address("203.0.113.1"), Protocol.TCP, 443)
        assert verdict(derive(timed), https) is not None


class TestEsp:
    @pytest.mark.parametrize(
        "session", [TERMINAL_TO_PROVIDER, replace(TERMINAL_TO_PROVIDER, protocol=Protocol.UDP, port=4500)]
    )
    def test_a_terminal_may_hold_its_own_tunnel(self, session: Session) -> None:
        assert verdict(derive(site_of(Layout.IPSEC_CLIENT_CLAIM)), session) is not None

    def test_esp_has_no_ports(self) -> None:
        policy = derive(site_of(Layout.IPSEC_CLIENT_CLAIM))
        assert verdict(policy, replace(TERMINAL_TO_PROVIDER, port=500)) is None
        assert verdict(policy, replace(TERMINAL_TO_PROVIDER, protocol=Protocol.TCP, port=500)) is None


class TestFamilies:
    def flow(self, **change: object) -> Flow:
        return replace(derive(site_of(Layout.IP_VPN_CLAIM)).flows[0], **change)  # type: ignore[arg-type]

    def test_a_family_needs_both_ends(self) -> None:
        flow = self.flow()
        v4, v6 = flow.in_family(4), flow.in_family(6)
        assert flow.families == (4, 6)
        assert replace(flow, destinations=v4[1]).families == (4,)
        assert replace(flow, sources=v6[0], destinations=v4[1]).families == ()

    def test_a_name_may_have_addresses_of_either_family(self) -> None:
        flow = replace(self.flow(), destinations=(), names=("update.example.com",))
        assert flow.families == (4, 6)
        assert replace(flow, sources=flow.in_family(6)[0]).families == (6,)

    def test_protocols_are_those_of_its_services(self) -> None:
        services = (ServicePorts(Protocol.ESP), ServicePorts(Protocol.UDP, PortRange(500, 500)))
        assert replace(self.flow(), services=services).protocols == (Protocol.UDP, Protocol.ESP)


def test_times_and_services_read_as_people_write_them() -> None:
    evening = Hours(time(18, 30), time.max)
    assert str(Window(evening, tuple(Day))) == "18:30-24:00"
    assert str(Window(evening, (Day.MON, Day.SUN))) == "18:30-24:00 mon,sun"
    assert str(Granted("vendor-ssh", timedelta(hours=2))) == "granted vendor-ssh"
    assert str(ServicePorts(Protocol.ESP)) == "esp"
    assert str(ServicePorts(Protocol.TCP, PortRange(1, 9))) == "tcp 1-9"

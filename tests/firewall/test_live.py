from pathlib import Path

import pytest

from gateway.firewall.live import (
    answer_condition,
    asked_set,
    grant_set,
    live_sets,
    names_set,
    open_set,
    start_condition,
)
from gateway.policy.derive import derive
from gateway.policy.model import Flow, Granted, Policy
from gateway.site.layout import Layout, Zone
from gateway.site.load import load_site
from gateway.twin.samples import CONFIGS
from tests.policy.sites import site_of

SSH = {"to": "gateway", "from": ["192.168.10.250"], "services": [{"tcp": 22}], "at_most": "2h"}
NAMED = {"name": "av", "names": ["av.example.com"], "services": [{"tcp": 443}], "via": "wan"}


@pytest.fixture
def policy() -> Policy:
    site = site_of(
        Layout.IP_VPN_CLAIM,
        access={"hours": "18:30-21:00"},
        grants={"vendor-ssh": SSH},
        updates=[NAMED | {"hours": "12:00-13:00"}],
    )
    return derive(site)


PORTS = {zone: f"eth-{zone}"[:15] for zone in Zone}


def flow(policy: Policy, name: str) -> Flow:
    return next(one for one in policy.flows if one.id == name)


def test_each_timed_opening_has_its_sets_and_they_start_empty(policy: Policy) -> None:
    assert {one.name: one.type for one in live_sets(policy, PORTS)} == {
        "open_lan_claim_share": "ifname . ifname",
        "open_claim_wan_update_av": "ifname . ifname",
        "names_claim_wan_update_av4": "ipv4_addr",
        "names_claim_wan_update_av6": "ipv6_addr",
        "grant_vendor_ssh4": "ipv4_addr",
        "asked4": "ipv4_addr . inet_service . ipv4_addr . inet_service",
        "asked6": "ipv6_addr . inet_service . ipv6_addr . inet_service",
    }
    for one in live_sets(policy, PORTS):
        assert one.live
        assert one.elements == ()


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_everything_live_closes_by_itself(path: Path) -> None:
    """A set without time-outs would stay open for ever once the enforcer died."""
    for one in live_sets(derive(load_site(path)), PORTS):
        assert "timeout" in one.flags.split(",")
        assert "interval" not in one.flags.split(",")


def test_only_questions_are_learned_by_the_kernel_itself(policy: Policy) -> None:
    """`dynamic` lets a packet add elements: only for the way back of a UDP question, for half a minute, and so many."""
    dynamic = [one for one in live_sets(policy, PORTS) if "dynamic" in one.flags]

    assert [one.name for one in dynamic] == [asked_set(4), asked_set(6)]
    assert all(one.options == ("timeout 30s", "size 8192") for one in dynamic)


def test_a_live_set_may_hold_what_its_flow_lets_somebody_put_there(policy: Policy) -> None:
    sets = {one.name: one for one in live_sets(policy, PORTS)}

    def held(name: str, *elements: str) -> list[str]:
        may_hold = sets[name].may_hold
        assert may_hold is not None
        return [one for one in elements if may_hold(one)]

    pair = f'"{PORTS[Zone.LAN]}" . "{PORTS[Zone.CLAIM]}"'
    assert held("open_lan_claim_share", pair, '"eth7" . "eth8"') == [pair]
    source = str(flow(policy, "lan-gateway-grant-vendor-ssh").sources[0].network_address)
    assert held("grant_vendor_ssh4", source, "203.0.113.9", '203.0.113.9 comment "x"') == [source]
    assert held("names_claim_wan_update_av4", "203.0.113.200", "192.168.10.21") == ["203.0.113.200"]
    assert sets["asked4"].may_hold is None


def test_a_policy_without_openings_has_the_questions_only() -> None:
    assert [one.name for one in live_sets(derive(site_of(Layout.IP_VPN_CLAIM)), PORTS)] == ["asked4", "asked6"]


def test_a_window_asks_for_the_pair_of_interfaces_in_both_directions(policy: Policy) -> None:
    share = flow(policy, "lan-claim-share")

    assert start_condition(share, 4) == start_condition(share, 6) == f"iifname . oifname @{open_set(share)} "
    assert answer_condition(share, 4) == answer_condition(share, 6) == f"oifname . iifname @{open_set(share)} "


def test_a_grant_asks_for_the_person_in_both_directions(policy: Policy) -> None:
    ssh = flow(policy, "lan-gateway-grant-vendor-ssh")
    assert isinstance(ssh.when, Granted)

    assert grant_set(ssh.when, 6) == "grant_vendor_ssh6"
    assert start_condition(ssh, 4) == "ip saddr @grant_vendor_ssh4 "
    assert answer_condition(ssh, 4) == "ip daddr @grant_vendor_ssh4 "


def test_what_is_always_open_asks_for_nothing(policy: Policy) -> None:
    system = flow(policy, "claim-wan-claim-system")

    assert start_condition(system, 4) == answer_condition(system, 4) == ""
    assert names_set(system, 4) not in {one.name for one in live_sets(policy, PORTS)}

from dataclasses import replace
from ipaddress import ip_network

from gateway.enforcer.in_force import in_force
from gateway.firewall.observed import LiveSet
from gateway.policy.derive import derive
from gateway.site.load import load_site
from gateway.twin.samples import CONFIGS

POLICY = derive(load_site(CONFIGS / "after-hours.yaml"))
NAMED = derive(load_site(CONFIGS / "ipsec-client-claim-and-qualification.yaml"))


def held(*elements: str) -> LiveSet:
    return LiveSet("", frozenset(), frozenset(elements))


def ids(sets: dict[str, LiveSet]) -> set[str]:
    return {flow.id for flow in in_force(POLICY, sets).flows}


def test_what_is_shut_is_not_in_the_policy_of_this_moment() -> None:
    assert ids({}) == {flow.id for flow in POLICY.flows if flow.when is None}


def test_an_open_window_is_like_always() -> None:
    opened = in_force(POLICY, {"open_lan_claim_share": held('"eth1" . "eth2"')})
    (flow,) = (one for one in opened.flows if one.id == "lan-claim-share")
    assert flow.when is None


def test_a_grant_holds_for_the_granted_source_only() -> None:
    opened = in_force(POLICY, {"grant_late_claims4": held("192.168.10.21")})
    (flow,) = (one for one in opened.flows if one.id == "lan-claim-grant-late-claims")
    assert flow.sources == (ip_network("192.168.10.21"),)


def test_a_source_nobody_declared_gets_nothing_by_being_in_the_set() -> None:
    assert ids({"grant_late_claims4": held("192.168.10.99")}) == ids({})


def test_learned_addresses_are_destinations() -> None:
    flow = next(one for one in NAMED.flows if one.names)
    name = f"names_{flow.id.replace('-', '_')}4"
    always = replace(NAMED, flows=(replace(flow, when=None),))
    opened = in_force(always, {name: held("198.51.100.77")})
    (found,) = (one for one in opened.flows if one.id == flow.id)
    assert (ip_network("198.51.100.77") in found.destinations, found.names) == (True, ())

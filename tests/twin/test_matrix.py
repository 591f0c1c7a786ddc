"""The matrix must be able to say "wrong": each test breaks the gateway in one way and names the pair that shows it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from gateway.enforcer.transaction import desire
from gateway.firewall.nft import Nft
from gateway.policy.derive import derive
from gateway.policy.model import Flow, Policy
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.twin.matrix import Row, control, observe
from gateway.twin.probe import questions

pytestmark = pytest.mark.root

Broken = Callable[[Policy], Policy]


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        yield built


def see(twin: Twin, policy: Policy) -> tuple[Row, ...]:
    reachable = opened(twin)
    twin.apply(desire(twin.site, policy))
    return observe(twin, reachable)


def opened(twin: Twin) -> frozenset[int]:
    """The tags of what passes the open router."""
    twin.open_router(desire(twin.site).wiring)
    return control(twin)


def wrong_pairs(rows: tuple[Row, ...]) -> set[tuple[Zone, Zone, int]]:
    return {(row.session.origin, row.session.target, row.family) for row in rows if not row.right}


def with_flow(policy: Policy, flow_id: str, change: Callable[[Flow], Flow]) -> Policy:
    return replace(policy, flows=tuple(change(flow) if flow.id == flow_id else flow for flow in policy.flows))


def terminal_into_lan(policy: Policy) -> Policy:
    share = policy.flows[0]
    back = replace(
        share, id="back", origin=Zone.CLAIM, target=Zone.LAN, sources=share.destinations, destinations=share.sources
    )
    return replace(policy, flows=(*policy.flows, back))


def swapped_pair(policy: Policy) -> Policy:
    return with_flow(
        policy,
        "claim-wan-claim-system",
        lambda flow: replace(
            flow, origin=Zone.WAN, target=Zone.CLAIM, sources=flow.destinations, destinations=flow.sources
        ),
    )


def lost_family(policy: Policy) -> Policy:
    return with_flow(
        policy,
        "lan-claim-share",
        lambda flow: replace(flow, sources=flow.in_family(4)[0], destinations=flow.in_family(4)[1]),
    )


def test_the_declared_policy_is_right_everywhere(twin: Twin, site: Site) -> None:
    rows = see(twin, derive(site))
    assert len(rows) == len(questions(twin))
    assert [row for row in rows if not row.right] == []
    assert {(row.session.origin, row.session.target) for row in rows if row.observed} == {
        (Zone.LAN, Zone.CLAIM),
        (Zone.GATEWAY, Zone.CLAIM),
        (Zone.CLAIM, Zone.WAN),
    }


@pytest.mark.parametrize(
    ("broken", "pairs"),
    [
        (terminal_into_lan, {(Zone.CLAIM, Zone.LAN, 4), (Zone.CLAIM, Zone.LAN, 6)}),
        (swapped_pair, {(o, t, f) for o, t in ((Zone.CLAIM, Zone.WAN), (Zone.WAN, Zone.CLAIM)) for f in (4, 6)}),
        (lost_family, {(Zone.LAN, Zone.CLAIM, 6)}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_broken_policy_is_wrong_in_its_pair_and_nowhere_else(
    twin: Twin, site: Site, broken: Broken, pairs: set[tuple[Zone, Zone, int]]
) -> None:
    found = wrong_pairs(see(twin, broken(derive(site))))
    if broken is swapped_pair:
        # The line is never marked but as an answer, so a swapped pair closes one way without opening the other.
        pairs = {pair for pair in pairs if pair[:2] == (Zone.CLAIM, Zone.WAN)}
    assert found == pairs


def test_an_accept_somebody_inserts_is_stopped_by_the_guard(twin: Twin, site: Site) -> None:
    def insert() -> None:
        with Nft() as nft:
            nft.run('insert rule inet claim_gateway forward iifname "eth2" oifname "eth1" accept')

    reachable = opened(twin)
    twin.apply(desire(site))
    twin.gateway.call(insert)
    assert wrong_pairs(observe(twin, reachable)) == set()


def test_a_flushed_ruleset_forwards_nothing_and_answers_nothing(twin: Twin, site: Site) -> None:
    def flush() -> None:
        with Nft() as nft:
            nft.run("flush ruleset")

    reachable = opened(twin)
    twin.apply(desire(site))
    twin.gateway.call(flush)
    rows = observe(twin, reachable)
    passed = {
        (row.session.origin, row.session.target, row.service)
        for row in rows
        if row.observed and row.session.origin is not Zone.GATEWAY
    }
    assert {service for _, target, service in passed if target is Zone.GATEWAY} <= {"icmp-echo"}
    assert {(origin, target) for origin, target, _ in passed if target is not Zone.GATEWAY} == set()


def test_a_probe_that_never_could_arrive_proves_nothing(twin: Twin, site: Site) -> None:
    twin.open_router(desire(site).wiring)
    twin.apply(desire(site))
    assert all(not row.right for row in observe(twin, ()))

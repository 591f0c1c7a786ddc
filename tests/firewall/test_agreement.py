"""Of any valid site: nothing starts towards lan, the table is one and the same each time, the kernel takes it whole, and
policy and rules say the same of every session."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_network
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.firewall import part
from gateway.firewall.compile import compile_table
from gateway.firewall.live import grant_set, names_set, open_set
from gateway.firewall.nft import Nft
from gateway.firewall.packet import Packet
from gateway.firewall.table import Table, literal
from gateway.firewall.trace import trace
from gateway.policy.derive import derive
from gateway.policy.model import Flow, Granted, Policy, Protocol, Session, Window, verdict
from gateway.policy.networks import merged, of_family
from gateway.policy.places import own, zone_of
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Site
from gateway.twin.namespace import Namespace, twin_name
from gateway.wiring.part import ports
from tests.firewall.sessions import random_sessions
from tests.policy.crowded import crowded
from tests.policy.drawn import drawn_sites

SESSIONS = 1000
LEARNED = tuple(map(ip_network, ("198.18.7.7", "2001:db8:f::7")))
"""What every host name of a site resolves to: addresses nothing else has."""
drawn_often = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
drawn_seldom = settings(drawn_often, max_examples=40)


def compiled(site: Site) -> Table:
    return compile_table(derive(site), ports(site))


@drawn_often
@given(drawn_sites())
def test_nothing_starts_towards_lan_but_from_the_box(site: Site) -> None:
    assert not [flow.id for flow in derive(site).flows if flow.target is Zone.LAN and flow.origin is not Zone.GATEWAY]


@drawn_often
@given(drawn_sites())
def test_nothing_starts_on_the_line_or_between_terminals(site: Site) -> None:
    for flow in derive(site).flows:
        assert flow.origin not in (Zone.WAN, Zone.TUNNEL), flow.id
        assert not (flow.origin in TERMINAL_ZONES and flow.target in TERMINAL_ZONES), flow.id


@drawn_often
@given(drawn_sites())
def test_every_flow_has_its_clauses_and_its_reason_in_both_languages(site: Site) -> None:
    for flow in derive(site).flows:
        assert flow.clauses, flow.id
        assert flow.why.en, flow.id
        assert flow.why.ja, flow.id
    ids = [flow.id for flow in derive(site).flows]
    assert len(ids) == len(set(ids))


@drawn_often
@given(drawn_sites())
def test_the_same_site_gives_the_same_text(site: Site) -> None:
    assert compiled(site).text() == compiled(site.model_copy(deep=True)).text()


@pytest.fixture(scope="module")
def kernel() -> Iterator[Namespace]:
    """A namespace that the examples of one test use one after another."""
    made = Namespace(f"{twin_name()}-agreement")
    try:
        yield made
    finally:
        made.close()


def emptied() -> None:
    with Nft() as nft:
        nft.run("flush ruleset")


@pytest.mark.root
@drawn_seldom
@given(before=drawn_sites(), after=drawn_sites())
def test_the_kernel_takes_any_table_alone_and_over_any_other(kernel: Namespace, before: Site, after: Site) -> None:
    kernel.call(emptied)
    for table in (compiled(before), compiled(after), compiled(before)):
        kernel.call(part.apply, table)
        assert part.difference(table, kernel.call(part.observe)) == ()


@pytest.mark.thorough
@settings(drawn_often, max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking takes minutes
@given(drawn_sites(), st.integers(0, 2**32))
def test_the_rules_say_of_a_thousand_sessions_what_the_policy_says(site: Site, seed: int) -> None:
    random = Random(seed)
    policy, table, by = derive(site), compiled(site), ports(site)
    opened = frozenset(flow.id for flow in policy.flows if flow.when is not None and random.random() < 0.5)
    known = learned(policy)
    live = {name: elements for flow in policy.flows for name, elements in live_elements(flow, known, opened, by)}
    for session in random_sessions(site, known, random, SESSIONS):
        allowed = verdict(known, session, opened) is not None
        assert trace(table, packet(site, session, by), live).accepted is allowed, (session, opened)


def learned(policy: Policy) -> Policy:
    """The policy once the names it lists are resolved: their addresses are destinations like any other."""
    return replace(
        policy,
        flows=tuple(
            replace(flow, destinations=merged((*flow.destinations, *LEARNED))) if flow.names else flow
            for flow in policy.flows
        ),
    )


def live_elements(
    flow: Flow, known: Policy, opened: frozenset[str], by: Mapping[Zone, str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the LIVE sets of one flow hold while it is open, and its names are learned."""
    for family in flow.families:
        if flow.names:
            yield names_set(flow, family), tuple(map(literal, of_family(LEARNED, family)))
        if isinstance(flow.when, Granted) and flow.id in opened:
            yield grant_set(flow.when, family), tuple(map(literal, of_family(flow.sources, family)))
    if isinstance(flow.when, Window) and flow.id in opened:
        yield open_set(flow), (f'"{by[flow.origin]}" . "{by[flow.target]}"',)


def packet(site: Site, session: Session, by: Mapping[Zone, str]) -> Packet:
    """The session's first packet, as routing in this site would see it."""
    lives_in = zone_of(site, session.source)
    at_home = lives_in is session.origin or {lives_in, session.origin} == {Zone.WAN, Zone.TUNNEL}
    is_own = any(session.destination in network for network in own(site, session.origin))
    return Packet(
        comes_by=by.get(session.origin),
        leaves_by=by.get(session.target),
        source=session.source,
        destination=session.destination,
        protocol=session.protocol,
        port=session.port,
        source_lives_there=at_home,
        destination_type="local" if is_own else "unicast",
    )


def test_a_packet_meets_no_more_rules_in_a_crowded_site(site: Site) -> None:
    small, large = (crowded(site, receipt_pcs=pcs, prefixes=prefixes) for pcs, prefixes in ((2, 2), (2000, 500)))
    assert compiled(small).chains == compiled(large).chains
    assert rules_met(small, "lan-claim-share") == rules_met(large, "lan-claim-share")
    assert rules_met(small, "claim-wan-claim-system") == rules_met(large, "claim-wan-claim-system")


def rules_met(site: Site, flow_id: str) -> int:
    """How many rules the last of the flow's sessions meets; it must be let through."""
    flow = next(flow for flow in derive(site).flows if flow.id == flow_id)
    family = flow.families[-1]
    source, destination = (of_family(networks, family)[-1][0] for networks in (flow.sources, flow.destinations))
    first = next(one for one in flow.services if one.protocol is Protocol.TCP)
    assert first.ports is not None
    session = Session(flow.origin, flow.target, source, destination, Protocol.TCP, first.ports.first)
    traced = trace(compiled(site), packet(site, session, ports(site)))
    assert traced.accepted
    return len(traced.rules)


@pytest.mark.root
def test_the_kernel_takes_a_crowded_site(kernel: Namespace, site: Site) -> None:
    table = compiled(crowded(site, receipt_pcs=2000, prefixes=500))
    kernel.call(emptied)
    kernel.call(part.apply, table)
    assert part.difference(table, kernel.call(part.observe)) == ()

"""Of any valid site: nothing starts towards lan, the table is one and the same each time, and the kernel takes it whole."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from gateway.firewall import part
from gateway.firewall.compile import compile_table
from gateway.firewall.nft import Nft
from gateway.firewall.table import Table
from gateway.policy.derive import derive
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Site
from gateway.twin.namespace import Namespace, twin_name
from gateway.wiring.part import ports
from tests.policy.drawn import drawn_sites

OUTSIDE_LAN = (*TERMINAL_ZONES, Zone.WAN, Zone.TUNNEL)
drawn_often = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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

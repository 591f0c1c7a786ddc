from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_address

import pytest

from gateway.enforcer.errors import ApplyError
from gateway.enforcer.transaction import Desired, desire
from gateway.firewall import part as firewall
from gateway.firewall.nft import Nft
from gateway.firewall.table import Chain
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.wiring import part as wiring
from gateway.wiring.guard import guard_rules
from gateway.wiring.model import DefaultRoute, difference

pytestmark = pytest.mark.root


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        yield built


def broken_table(desired: Desired) -> Desired:
    table = replace(desired.table, chains=(*desired.table.chains, Chain("bad", ("goto nowhere",))))
    return replace(desired, table=table)


def broken_route(desired: Desired) -> Desired:
    route = DefaultRoute("eth0", ip_address("192.0.2.99"))
    return replace(desired, wiring=replace(desired.wiring, routes=(route,)))


def test_desire_is_pure_and_the_same_twice(site: Site) -> None:
    assert desire(site) == desire(site)


def test_everything_is_in_force_and_a_second_apply_changes_no_wiring(twin: Twin, site: Site) -> None:
    desired = desire(site)
    first = twin.apply(desired)
    assert first.changes
    assert twin.apply(desired).changes == ()


def test_the_latch_falls_only_with_a_policy(twin: Twin, site: Site) -> None:
    def latch() -> None:
        with Nft() as nft:
            nft.run(f"add table inet {firewall.LATCH_TABLE}")

    twin.gateway.call(latch)
    for breaking in (broken_table, broken_route):  # the second fails after the table has taken the latch's place
        with pytest.raises(ApplyError):
            twin.apply(breaking(desire(site)))
        found = twin.gateway.call(firewall.observe)
        assert (found.text, found.latched) == (None, True)
    assert twin.apply(desire(site)).latch_lifted
    assert not twin.gateway.call(firewall.observe).latched


@pytest.mark.parametrize("breaking", [broken_table, broken_route])
def test_a_failure_on_the_way_puts_back_what_was_in_force(
    twin: Twin, site: Site, breaking: Callable[[Desired], Desired]
) -> None:
    desired = desire(site)
    twin.apply(desired)
    before = twin.gateway.call(firewall.observe)
    with pytest.raises(ApplyError, match="what was in force before is back"):
        twin.apply(breaking(desired))
    after = twin.gateway.call(firewall.observe)
    assert (after.rules, after.sets) == (before.rules, before.sets)
    assert difference(desired.wiring, twin.gateway.call(wiring.observe, desired.wiring)) == ()


@pytest.mark.parametrize("breaking", [broken_table, broken_route])
def test_a_first_apply_that_fails_leaves_the_guard_and_no_table(
    twin: Twin, site: Site, breaking: Callable[[Desired], Desired]
) -> None:
    desired = breaking(desire(site))
    with pytest.raises(ApplyError):
        twin.apply(desired)
    found = twin.gateway.call(wiring.observe, desired.wiring)
    assert set(guard_rules()) <= set(found.rules)
    assert twin.gateway.call(firewall.observe).text is None

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.enforcer.desired import desire
from gateway.enforcer.part import FirewallPart, GuardPart, Part, WiringPart
from gateway.enforcer.transaction import parts
from gateway.site.model import Site
from gateway.twin.build import Twin

pytestmark = pytest.mark.root


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        yield built


def test_the_guard_is_first(site: Site) -> None:
    assert [part.name for part in parts(desire(site))] == ["guard", "nftables", "tunnel", "wiring", "pppoe"]


def test_each_part_differs_until_it_is_applied_and_is_restored_to_what_it_was(twin: Twin, site: Site) -> None:
    desired = desire(site)
    both: tuple[Part[Any], ...] = (FirewallPart(desired.table), WiringPart(desired.wiring))
    for part in both:
        before = twin.gateway.call(part.observe)
        assert part.difference(before)
        twin.gateway.call(part.apply, before)
        assert part.difference(twin.gateway.call(part.observe)) == ()
        twin.gateway.call(part.restore, before)
        assert part.difference(twin.gateway.call(part.observe)) == part.difference(before)


def test_the_guard_stays_when_all_else_is_restored(twin: Twin, site: Site) -> None:
    guard = GuardPart(desire(site).wiring)
    before = twin.gateway.call(guard.observe)
    twin.gateway.call(guard.apply, before)
    twin.gateway.call(guard.restore, before)
    assert guard.difference(twin.gateway.call(guard.observe)) == ()


def test_a_foreign_rule_at_a_priority_of_ours_takes_none_of_ours_along(twin: Twin, site: Site) -> None:
    """The kernel takes away the first rule that meets what is named; ours are put back in the next round."""
    guard = GuardPart(desire(site).wiring)
    twin.gateway.call(guard.apply, twin.gateway.call(guard.observe))
    for rule in ("pref 210 from 10.0.0.0/8 blackhole", "pref 100 from 10.0.0.0/8 blackhole"):
        subprocess.run(twin.gateway.command("ip", "rule", "add", *rule.split()), check=True)
    assert guard.difference(twin.gateway.call(guard.observe))
    twin.gateway.call(guard.apply, twin.gateway.call(guard.observe))
    assert guard.difference(twin.gateway.call(guard.observe)) == ()


def test_the_wirings_rules_are_the_guards(site: Site) -> None:
    wanted = desire(site).wiring
    assert WiringPart(wanted).difference(replace(wanted, rules=())) == ()

"""The benchmark runs, every ruleset it compares lets the traffic through, and a ruleset that does not is no figure."""

from contextlib import closing
from dataclasses import replace

import pytest

from gateway.enforcer.transaction import desire
from gateway.policy.derive import derive
from gateway.wiring.part import ports
from tests.bench.forward.__main__ import figures
from tests.bench.forward.firewalld import configuration, digest
from tests.bench.forward.measure import Measured, NothingPasses
from tests.bench.forward.report import Figure, ratio, report
from tests.bench.forward.rig import Rig
from tests.bench.forward.site import bench_site
from tests.bench.forward.variants import FIREWALLD_RULESET, Name, Variant, variants


def variant_of(name: Name) -> Variant:
    return next(variant for variant in variants(desire(bench_site())) if variant.name is name)


def test_firewalld_was_asked_for_the_policy_that_is_measured() -> None:
    site = bench_site()
    asked = digest(configuration(derive(site), ports(site)))
    assert f"sha256 {asked}" in FIREWALLD_RULESET.read_text(), "run: python -m tests.bench.forward.capture"


def test_firewalld_is_told_each_forwarded_session_in_each_family() -> None:
    site = bench_site()
    files = configuration(derive(site), ports(site))
    assert set(files) == {
        *(f"zones/{zone}.xml" for zone in ("lan", "claim", "wan")),
        *(f"policies/{pair}.xml" for pair in ("lan-claim", "claim-wan")),
    }
    assert files["policies/lan-claim.xml"].count("<accept />") == 2
    assert files["policies/claim-wan.xml"].count("<accept />") == 8


def test_each_variant_differs_from_all_others() -> None:
    kinds = {(variant.ruleset, variant.wiring) for variant in variants(desire(bench_site()))}
    assert len(kinds) == len(Name)


def test_a_ratio_is_taken_within_its_round() -> None:
    quiet, disturbed = {Name.OURS: 50.0, Name.NO_RULES: 100.0}, {Name.OURS: 5.0, Name.NO_RULES: 10.0}
    assert ratio([quiet, disturbed, disturbed], Name.OURS, Name.NO_RULES) == 0.5


def test_the_report_has_a_line_for_each_figure_in_both_tables() -> None:
    one_round = dict.fromkeys(Name, 2_000_000.0) | {Name.OURS: 1_000_000.0, Name.NO_GUARD: 1_250_000.0}
    lines = list(report({Figure("small TCP", "packets", 6, "reply"): [one_round]}))
    about = [line for line in lines if line.startswith("small TCP")]
    assert about[0].split()[4:] == ["2", "M", "packets", "2", "M", "×", "1.00", "1", "M", "×", "0.50"]
    assert about[1].split()[4:6] == ["×", "1.25"]


@pytest.mark.root
@pytest.mark.parametrize("name", list(Name))
def test_every_figure_can_be_taken_under_every_ruleset(name: Name) -> None:
    with Rig(bench_site(), variant_of(name)) as rig, closing(Measured(rig)) as measured:
        for figure, measure in figures(seconds=0.001):
            assert measure(measured) > 0, figure


@pytest.mark.root
def test_a_ruleset_that_lets_nothing_through_gives_no_figure() -> None:
    drop = "table inet closed { chain c { type filter hook forward priority 0; policy drop; }; }"
    closed = replace(variant_of(Name.OURS), ruleset=drop)
    with Rig(bench_site(), closed) as rig, closing(Measured(rig)) as measured:
        _, packets = next(figures(seconds=0.001))
        with pytest.raises(NothingPasses, match="0 of"):
            packets(measured)

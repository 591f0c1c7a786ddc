"""The proof beside the transaction: what it refuses before the kernel is touched, what after, and what a person may overrule."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from subprocess import run

import pytest

from gateway.enforcer.errors import ApplyError, Refuted
from gateway.enforcer.proving import Prover, Tolerant
from gateway.enforcer.transaction import apply, desire
from gateway.firewall import part as firewall
from gateway.policy.derive import derive
from gateway.policy.model import Policy
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.wiring import barrier
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root
NOON = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
# Each takes effect on nobody's declared session: only the proof has a word against it.
FOREIGN = "add table ip foreign; add chain ip foreign c { type filter hook prerouting priority -310; }; add rule ip foreign c notrack"


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        yield built


@pytest.fixture
def prover() -> Prover:
    return Prover(lambda: NOON)


def against_the_direction(site: Site) -> Policy:
    """The share's flow opened from the terminal too."""
    policy = derive(site)
    share = next(flow for flow in policy.flows if (flow.origin, flow.target) == (Zone.LAN, Zone.CLAIM))
    back = replace(
        share, id="back", origin=Zone.CLAIM, target=Zone.LAN, sources=share.destinations, destinations=share.sources
    )
    return replace(policy, flows=(*policy.flows, back))


def test_a_table_against_the_direction_is_refused_before_the_kernel_is_touched(twin: Twin, prover: Prover) -> None:
    wrong = replace(desire(twin.site), table=desire(twin.site, against_the_direction(twin.site)).table)

    with pytest.raises(ApplyError, match=r"T1 .*disproved.*nothing was changed"):
        twin.gateway.call(apply, wrong, proof=prover)

    assert twin.gateway.call(firewall.observe).text is None


def test_what_stands_beside_the_table_is_refused_after_and_everything_is_put_back(twin: Twin, prover: Prover) -> None:
    run(twin.gateway.command("nft", FOREIGN), check=True)

    with pytest.raises(ApplyError, match=r"the box is not proved: .*what was in force before is back"):
        twin.gateway.call(apply, desire(twin.site), proof=prover)

    assert twin.gateway.call(firewall.observe).text is None
    assert prover.last is not None
    assert prover.last.refusal


def test_a_proved_box_is_said_to_be_so(twin: Twin, prover: Prover) -> None:
    twin.gateway.call(apply, desire(twin.site), proof=prover)

    assert prover.last is not None
    assert (prover.last.at, prover.last.refusal) == (NOON, "")


def test_the_barrier_is_not_what_is_proved(twin: Twin, prover: Prover) -> None:
    twin.gateway.call(apply, desire(twin.site), proof=prover)
    twin.gateway.call(barrier.shut, ("eth2",))

    twin.gateway.call(prover.live, desire(twin.site))


def test_what_slipped_in_is_cut_before_the_proof_is_asked(twin: Twin, prover: Prover) -> None:
    slipped = "-s 192.168.20.10 -d 192.168.10.21 -p udp --sport 1000 --dport 9 -t 300 -u SEEN_REPLY"
    run(twin.gateway.command("conntrack", "-I", *slipped.split()), check=True, capture_output=True)

    applied = twin.gateway.call(apply, desire(twin.site), proof=prover)

    assert applied.cut == 1
    assert prover.last is not None
    assert prover.last.refusal == ""


def test_who_overrules_the_proof_still_hears_it(twin: Twin, prover: Prover) -> None:
    run(twin.gateway.command("nft", FOREIGN), check=True)

    twin.gateway.call(apply, desire(twin.site), proof=Tolerant(prover))

    assert Tolerant(prover).last == prover.last
    assert prover.last is not None
    assert prover.last.refusal
    with pytest.raises(Refuted):
        twin.gateway.call(prover.live, desire(twin.site))


def test_a_foreign_table_shuts_the_terminals_off_until_it_is_gone(box: Rig) -> None:
    box.start()

    box.run_here("nft", FOREIGN)
    box.until_said("critical: not proved: ")
    box.until(lambda: bool(box.status()["failing"]))

    assert "iif eth2" in box.run_here("ip", "rule").stdout
    box.run_here("nft", "delete table ip foreign")
    box.until(lambda: not box.status()["failing"])
    box.until(lambda: "iif eth2" not in box.run_here("ip", "rule").stdout)


def test_without_proof_only_with_a_reason_that_stays_in_sight(box: Rig) -> None:
    box.run_here("nft", FOREIGN)
    refused = box.command("apply", str(box.site_file))
    assert refused.returncode == 4
    assert "not proved" in refused.stderr
    assert box.command("apply", str(box.site_file), "--unproved", " ").returncode == 2

    done = box.command("apply", str(box.site_file), "--unproved", "their monitoring, until Friday")

    assert done.returncode == 0, done.stderr
    assert "their monitoring, until Friday" in done.stdout
    shown = box.command("status")
    assert shown.returncode == 1
    assert "in force without proof, by root" in shown.stdout
    assert "their monitoring, until Friday" in shown.stdout
    box.run_here("nft", "delete table ip foreign")
    assert box.command("apply", str(box.site_file)).returncode == 0
    assert "without proof" not in box.command("status").stdout


def test_who_loses_a_grant_by_another_site_loses_it_at_once(after_hours: Rig) -> None:
    both = 'from: [192.168.10.21, "2001:db8:10::21"]'
    wide = after_hours.variant("wide", both, "from: [192.168.10.21, 192.168.10.22]")
    narrow = after_hours.variant("narrow", both, "from: [192.168.10.22]")
    after_hours.site_file = wide
    after_hours.start()
    assert after_hours.command("grant", "late-claims").returncode == 0

    done = after_hours.command("apply", str(narrow))

    assert done.returncode == 0, done.stderr
    assert [one["sources"] for one in after_hours.status()["grants"]] == [["192.168.10.22"]]

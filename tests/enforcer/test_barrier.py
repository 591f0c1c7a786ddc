"""A terminal's own dial-up through a whole box: its real frames pass when it is proved and declared, and at no other time."""

import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from gateway.enforcer import barrier
from gateway.enforcer.desired import Desired, desire
from gateway.enforcer.errors import ApplyError, Refuted
from gateway.enforcer.proof import CONFIRM_ONLY, Proof, Said
from gateway.enforcer.proving import Prover
from gateway.enforcer.repair import repair
from gateway.enforcer.transaction import apply, differences, parts, transact
from gateway.firewall import part as firewall
from gateway.firewall import pppoe
from gateway.firewall.hold import can_hold
from gateway.firewall.nft import Nft
from gateway.policy.schedule import SITE_ZONE
from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.build import CARD, Twin
from gateway.twin.frames import DIAL_UP, OTHERS, arrived
from gateway.twin.samples import DEMO_SITE
from gateway.wiring import barrier as routed
from gateway.wiring.part import WiringError
from tests.enforcer.rig import rig

pytestmark = pytest.mark.root
BOTH_WAYS = (frozenset(DIAL_UP), frozenset(DIAL_UP))
NO_WAY = (frozenset[int](), frozenset[int]())


ASKED = "lan_to_terminal: shared-folder"
QUIET_S = 0.3
"""How long a frame that must not come is awaited."""


def with_it(declared: bool) -> Site:
    return load_site(DEMO_SITE).model_copy(update={"pppoe_passthrough": declared})


@pytest.fixture(scope="module")
def built() -> Iterator[Twin]:
    with Twin(with_it(declared=True)) as twin:
        yield twin


@pytest.fixture
def twin(built: Twin) -> Twin:
    """A box in whose place a site without it is in force."""
    built.gateway.call(barrier.open_again)
    built.apply(desire(with_it(declared=False)))
    return built


@pytest.fixture
def wanted() -> Desired:
    return desire(with_it(declared=True))


@pytest.fixture
def plain() -> Desired:
    return desire(with_it(declared=False))


def passing(twin: Twin) -> tuple[frozenset[int], frozenset[int]]:
    """What comes through from the terminal to the line, and back."""
    terminal, line = (twin.namespace(twin.at(zone).name) for zone in (Zone.CLAIM, Zone.WAN))
    kinds = (*OTHERS, *DIAL_UP)
    return arrived(terminal, line, CARD, kinds, QUIET_S), arrived(line, terminal, CARD, kinds, QUIET_S)


class Looking:
    """A proof that looks whether anything is dialled through while it is asked, and may refuse."""

    last: Said | None = None

    def __init__(self, twin: Twin, refusal: str = "") -> None:
        self._twin, self._refusal = twin, refusal
        self.seen: list[tuple[frozenset[int], frozenset[int]]] = []

    def candidate(self, _desired: Desired, /) -> None:
        """Nothing to say."""

    def live(self, _desired: Desired, /) -> None:
        """Look at the wires."""
        self.seen.append(passing(self._twin))
        if self._refusal:
            raise Refuted(self._refusal)


class Watching:
    """One step of an apply that looks what is dialled through; it may fail, and then it cannot be taken back either."""

    name = "watching"

    def __init__(self, twin: Twin, *, fails: bool = False) -> None:
        self._twin, self._fails = twin, fails
        self.seen: list[tuple[frozenset[int], frozenset[int]]] = []

    def observe(self) -> None:
        """Nothing of the kernel's."""

    def difference(self, _found: None) -> tuple[str, ...]:
        return () if self.seen else ("has not looked",)

    def apply(self, _found: None) -> None:
        self.seen.append(passing(self._twin))
        if self._fails:
            raise WiringError("the card burnt")

    def restore(self, _found: None) -> None:
        if self._fails:
            raise WiringError("it still burns")


def now() -> datetime:
    return datetime.now(SITE_ZONE)


def applied(twin: Twin, wanted: Desired, proof: Proof = CONFIRM_ONLY, door: Nft | None = None) -> None:
    twin.gateway.call(lambda: apply(wanted, proof=proof, door=door))


def test_its_frames_pass_both_ways_and_nothing_else_does(twin: Twin, wanted: Desired) -> None:
    assert passing(twin) == NO_WAY
    applied(twin, wanted, Prover(now))
    assert passing(twin) == BOTH_WAYS
    assert twin.gateway.call(lambda: differences(parts(wanted))) == ()


def test_no_frame_passes_before_the_proof_has_spoken(twin: Twin, wanted: Desired) -> None:
    looking = Looking(twin)
    applied(twin, wanted, looking)
    assert looking.seen == [NO_WAY]
    assert passing(twin) == BOTH_WAYS


def test_from_the_latch_on_nothing_is_dialled_through_before_the_proof(twin: Twin, wanted: Desired) -> None:
    applied(twin, wanted)
    subprocess.run(twin.gateway.command("nft", "add", "table", "inet", firewall.LATCH_TABLE), check=True)
    looking = Looking(twin)
    applied(twin, wanted, looking)
    assert looking.seen == [NO_WAY]
    assert passing(twin) == BOTH_WAYS


def test_a_site_that_begins_it_and_is_refused_leaves_no_way(twin: Twin, wanted: Desired) -> None:
    with pytest.raises(ApplyError):
        applied(twin, wanted, Looking(twin, "no"))
    assert passing(twin) == NO_WAY
    assert twin.gateway.call(pppoe.observe) is None


def test_a_site_that_ends_it_and_is_refused_gives_the_way_back(twin: Twin, wanted: Desired, plain: Desired) -> None:
    applied(twin, wanted)
    looking = Looking(twin, "no")
    with pytest.raises(ApplyError, match="what was in force before is back"):
        applied(twin, plain, looking)
    assert looking.seen == [NO_WAY]
    assert passing(twin) == BOTH_WAYS
    assert twin.gateway.call(lambda: differences(parts(wanted))) == ()


def test_a_way_that_is_to_go_is_shut_before_any_port_changes(twin: Twin, wanted: Desired, plain: Desired) -> None:
    applied(twin, wanted)
    watching = Watching(twin)
    twin.gateway.call(lambda: transact(plain, (watching, *parts(plain)), CONFIRM_ONLY))
    assert watching.seen == [NO_WAY]


def test_a_box_that_cannot_be_put_back_whole_lets_nothing_be_dialled_through(
    twin: Twin, wanted: Desired, plain: Desired
) -> None:
    applied(twin, wanted)
    box = (*parts(plain), Watching(twin, fails=True))
    with pytest.raises(ApplyError, match="forwards nothing until an apply succeeds"):
        twin.gateway.call(lambda: transact(plain, box, CONFIRM_ONLY))
    assert passing(twin) == NO_WAY


def test_a_site_that_does_not_declare_it_ends_it(twin: Twin, wanted: Desired, plain: Desired) -> None:
    applied(twin, wanted)
    applied(twin, plain)
    assert passing(twin) == NO_WAY
    assert twin.gateway.call(lambda: differences(parts(plain))) == ()


def test_the_barrier_stops_frames_and_packets_and_the_proof_looks_behind_it(twin: Twin, wanted: Desired) -> None:
    applied(twin, wanted)
    twin.gateway.call(barrier.shut, wanted)
    assert passing(twin) == NO_WAY
    assert twin.gateway.call(routed.is_shut)
    twin.gateway.call(Prover(now).live, wanted)
    twin.gateway.call(barrier.open_again)
    assert passing(twin) == BOTH_WAYS
    assert not twin.gateway.call(routed.is_shut)


def test_what_was_repaired_stays_shut_until_the_barrier_opens(twin: Twin, wanted: Desired) -> None:
    applied(twin, wanted)
    subprocess.run(twin.gateway.command("nft", "flush", "ruleset"), check=True)
    done = twin.gateway.call(repair, wanted, None, CONFIRM_ONLY)
    assert done.whole
    assert "pppoe: table netdev claim_gateway_pppoe is not in the kernel" in map(str, done.found)
    assert passing(twin) == NO_WAY
    twin.gateway.call(barrier.open_again)
    assert passing(twin) == BOTH_WAYS


def test_a_missing_port_keeps_nothing_else_from_being_repaired(twin: Twin, wanted: Desired) -> None:
    applied(twin, wanted)
    subprocess.run(twin.gateway.command("ip", "link", "set", "eth0", "down", "name", "gone0"), check=True)
    done = twin.gateway.call(repair, wanted, None, CONFIRM_ONLY)
    assert (done.whole, done.missing) == (True, ("eth0",))
    assert twin.gateway.call(pppoe.observe) is None

    subprocess.run(twin.gateway.command("ip", "link", "set", "gone0", "name", "eth0"), check=True)
    assert twin.gateway.call(repair, wanted, None, CONFIRM_ONLY).missing == ()
    twin.gateway.call(barrier.open_again)
    assert passing(twin) == BOTH_WAYS


def test_a_held_table_stands_through_a_flush_and_the_barrier_works_through_its_holder(
    twin: Twin, wanted: Desired
) -> None:
    if not can_hold():
        pytest.skip("this kernel cannot hold a table")
    door = twin.gateway.call(Nft)
    twin.gateway.call(firewall.hold, door)
    applied(twin, wanted, door=door)
    subprocess.run(twin.gateway.command("nft", "flush", "ruleset"), check=True)
    assert passing(twin) == BOTH_WAYS
    twin.gateway.call(barrier.shut, wanted, door)
    assert passing(twin) == NO_WAY
    twin.gateway.call(barrier.open_again, door)
    assert passing(twin) == BOTH_WAYS


def test_a_running_enforcer_keeps_it_and_a_rollback_brings_it_back(tmp_path: Path) -> None:
    file = tmp_path / "dialling.yaml"
    file.write_text(DEMO_SITE.read_text().replace(ASKED, f"{ASKED}\npppoe_passthrough: true"))
    with Twin(load_site(file)) as twin, rig(twin, tmp_path, file) as box:
        box.start()
        box.until(lambda: passing(twin) == BOTH_WAYS)

        box.run_here("ip", "link", "set", "eth2", "promisc", "off")
        box.until_said("port eth2 keeps back frames for other addresses")
        box.until(box.is_as_declared)

        box.kill()
        assert passing(twin) == BOTH_WAYS
        box.start()

        plain = box.variant("plain", "pppoe_passthrough: true", "pppoe_passthrough: false")
        assert box.command("apply", str(plain)).returncode == 0
        assert passing(twin) == NO_WAY
        assert box.command("rollback").returncode == 0
        box.until(lambda: passing(twin) == BOTH_WAYS)

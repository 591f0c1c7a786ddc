"""No plaintext, ever: what is on the line while a tunnel is broken in every way we know, under traffic in both families."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.twin.build import CARD
from tests.bench.tunnel.site import bench_site
from tests.twin.tunnel import bare
from tests.twin.tunnel.campaign import MAY_ASK, Campaign, campaign
from tests.twin.tunnel.faults import FAULTS, LEAN, Fault
from tests.twin.tunnel.rig import Line
from tests.twin.tunnel.traffic import asking
from tests.twin.tunnel.wire import Kind, tapped
from tests.until import until

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    with campaign(tmp_path_factory.mktemp("tunnel")) as up:
        yield up


@pytest.mark.parametrize("fault", LEAN, ids=lambda fault: fault.name)
def test_a_broken_tunnel_leaks_nothing_and_comes_up_again(running: Campaign, fault: Fault) -> None:
    (outcome,) = running.run((fault,))

    assert outcome.cleartext == 0, running.tap.cleartext


@pytest.mark.long
@pytest.mark.timeout(600)
def test_every_way_of_breaking_it_leaks_nothing(running: Campaign) -> None:
    outcomes = tuple(running.run(FAULTS))

    assert [outcome for outcome in outcomes if outcome.cleartext] == []
    assert len(outcomes) == len(FAULTS)


def test_nobody_else_ever_had_an_answer_and_the_watch_lost_nothing(running: Campaign) -> None:
    """Runs after the faults: a PC in lan and the box itself have asked all the while."""
    answered = {name for name, asker in running.traffic.askers.items() if asker.answered}

    assert answered == set(MAY_ASK)
    assert running.tap.lost() == 0


def test_without_our_rules_the_watch_sees_the_leak(tmp_path: Path) -> None:
    """The positive control: strongSwan alone, its charon killed, and every question leaves as it is."""
    with Line(bench_site(), tmp_path) as line:
        bare.connect(line)
        with (
            tapped(line.provider, CARD, line.hidden) as tap,
            asking({"terminal": line.terminal}, line.provider, line.system),
        ):
            until(lambda: tap.seen[Kind.ENCRYPTED] > 0)
            assert tap.seen[Kind.CLEARTEXT] == 0

            line.ours.kill()

            until(lambda: tap.seen[Kind.CLEARTEXT] > 0)

from dataclasses import replace
from ipaddress import ip_address

import pytest

from gateway.policy.derive import derive
from gateway.proof.model import Path
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin.differential.prediction import Outcome, Predictor, Route
from gateway.twin.differential.shot import ACK, SYN, Shot, Standing
from gateway.twin.differential.terrain import terrain
from tests.twin.differential.scene import standing

pytestmark = pytest.mark.root

QUESTION = Shot(
    1, 4, Zone.LAN, ip_address("192.168.10.21"), ip_address("192.168.20.10"), 6, sport=20_000, dport=445, flags=SYN
)
ANSWER = replace(
    QUESTION,
    origin=Zone.CLAIM,
    source=QUESTION.destination,
    destination=QUESTION.source,
    sport=445,
    dport=20_000,
    flags=ACK,
)


@pytest.fixture(scope="module")
def predictor(site: Site) -> Predictor:
    with standing("ip-vpn-claim") as scene:
        return Predictor(scene.case(), terrain(site, derive(site)))


def test_the_way_of_a_packet(predictor: Predictor) -> None:
    assert predictor.route(QUESTION) == Route(Path.FORWARD, Zone.CLAIM)
    assert predictor.route(replace(QUESTION, destination=ip_address("192.168.20.1"))) == Route(Path.INPUT, None)
    assert predictor.route(replace(QUESTION, origin=Zone.GATEWAY)) == Route(Path.OUTPUT, Zone.CLAIM)


def test_what_conntrack_knows_decides(predictor: Predictor) -> None:
    assert predictor.outcome(QUESTION) is Outcome.PASSES
    assert predictor.outcome(replace(QUESTION, flags=ACK)) is Outcome.STOPS
    assert predictor.outcome(ANSWER) is Outcome.STOPS
    assert predictor.outcome(replace(ANSWER, standing=Standing.LIVE, answers=True)) is Outcome.PASSES
    opening = replace(ANSWER, standing=Standing.OPENING, answers=True, flags=SYN)
    assert predictor.outcome(opening) is Outcome.STOPS
    assert predictor.outcome(replace(opening, flags=SYN | ACK)) is Outcome.PASSES


def test_the_box_does_not_believe_its_own_address_from_outside(predictor: Predictor) -> None:
    assert predictor.outcome(replace(QUESTION, source=ip_address("192.168.10.1"))) is Outcome.STOPS


def test_an_error_passes_while_its_limit_has_room(predictor: Predictor) -> None:
    quoted = (6, ANSWER.source, ANSWER.destination, 445, 20_000)
    error = replace(QUESTION, protocol=1, sport=0, dport=0, flags=0, type=3, standing=Standing.LIVE, quoted=quoted)
    assert predictor.outcome(error) is Outcome.LIMITED

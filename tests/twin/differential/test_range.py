from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest

from gateway.policy.derive import derive
from gateway.site.layout import Zone
from gateway.twin.differential.range import Range
from gateway.twin.differential.shot import Standing
from gateway.twin.differential.terrain import terrain
from tests.twin.differential.scene import standing
from tests.twin.differential.test_prediction import ANSWER, QUESTION

pytestmark = pytest.mark.root

ARRIVES = frozenset({(QUESTION.tag, Zone.CLAIM)})


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    scratch: Path = tmp_path_factory.mktemp("range")
    with standing("ip-vpn-claim") as scene:
        ground = terrain(scene.twin.site, derive(scene.twin.site))
        with Range(scene.twin, ground, scratch) as made:
            yield made


def test_a_packet_is_seen_where_it_arrives_and_only_there(field: Range) -> None:
    assert field.fire((QUESTION,), ARRIVES) == ARRIVES
    assert field.fire((replace(QUESTION, dport=446),), frozenset()) == frozenset()


def test_the_session_an_answer_needs_is_in_the_kernels_table_for_one_volley(field: Range) -> None:
    live = replace(ANSWER, standing=Standing.LIVE, answers=True)
    assert field.fire((live,), frozenset({(live.tag, Zone.LAN)})) == {(live.tag, Zone.LAN)}
    assert field.fire((ANSWER,), frozenset()) == frozenset()


def test_the_box_sends_and_is_asked_too(field: Range) -> None:
    box = ip_address("192.168.20.1")
    asks = replace(QUESTION, tag=9, origin=Zone.GATEWAY, source=box)
    assert field.fire((asks,), frozenset({(9, Zone.CLAIM)})) == {(9, Zone.CLAIM)}
    answered = replace(ANSWER, tag=10, destination=box, standing=Standing.LIVE, answers=True)
    assert field.fire((answered,), frozenset({(10, Zone.GATEWAY)})) == {(10, Zone.GATEWAY)}

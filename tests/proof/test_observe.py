import threading
from collections.abc import Iterator

import pytest

from gateway.proof.observe import NotObserved, generation, observe
from gateway.site.model import Site
from tests.proof.inventory.box import Box, boxed

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def box(site: Site) -> Iterator[Box]:
    with boxed(site) as made:
        yield made


def test_what_is_seen_is_the_live_ruleset(box: Box) -> None:
    seen = box.call(observe, box.surroundings)
    tables = [one["table"]["name"] for one in seen.dump if "table" in one]
    assert tables == ["claim_gateway"]
    assert box.evidence().guard == seen.facts.rules
    assert {rule.family for rule in seen.facts.rules} == {4, 6}


def test_every_transaction_has_its_number(box: Box) -> None:
    before = box.call(generation)
    assert box.call(generation) == before
    with box.changed("nft add table ip foreign", undo=("nft delete table ip foreign",)):
        assert box.call(generation) != before


def test_a_ruleset_that_never_rests_is_not_taken_for_one(box: Box) -> None:
    ended = threading.Event()

    def meddle() -> None:
        while not ended.is_set():
            box.run("nft add table ip foreign", "nft delete table ip foreign")

    meddler = threading.Thread(target=meddle)
    meddler.start()
    try:
        with pytest.raises(NotObserved, match="changed during each of 5 readings"):
            box.call(observe, box.surroundings)
    finally:
        ended.set()
        meddler.join()

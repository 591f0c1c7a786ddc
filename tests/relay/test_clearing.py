from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from gateway.relay import decisions
from gateway.relay.clearing import Clearing
from gateway.relay.decisions import Decision, Word
from gateway.relay.notes import held_name
from gateway.relay.parcel import State
from gateway.relay.places import Places
from gateway.relay.route import Route
from gateway.site.model import Returns
from tests.relay.conftest import directory_shelf, run
from tests.relay.rig import SHARE
from tests.relay.test_ledger import parcel

CONTENT = b"held"
HELD = parcel(state=State.HELD, reasons=("truncated",), digest=sha256(CONTENT).hexdigest())


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path / "state")
    places.prepare()
    return places


def clearing(places: Places, tmp_path: Path) -> Clearing:
    return Clearing(places, Route(directory_shelf(places.root), directory_shelf(tmp_path), SHARE, Returns()))


@pytest.mark.parametrize("where", [".", "承認", "却下"])
def test_a_held_copy_goes_from_wherever_it_was_moved_and_the_decision_with_it(
    places: Places, tmp_path: Path, where: str
) -> None:
    copy = places.held / where / held_name(HELD)
    copy.write_bytes(CONTENT)
    decisions.publish(places, Decision(HELD.id, Word.RELEASE, "院長", "確認した"))

    async def work() -> None:
        assert await clearing(places, tmp_path).unshow(HELD) == 0

    run(work)

    assert not copy.exists()
    assert decisions.read(places) == ()


def test_what_people_made_of_the_copy_stays(places: Places, tmp_path: Path) -> None:
    copy = places.held / held_name(HELD)
    copy.write_bytes(b"annotated")

    async def work() -> None:
        assert await clearing(places, tmp_path).unshow(HELD) == 1
        assert await clearing(places, tmp_path).erase_placed(replace(HELD, state=State.RETIRED)) == 1

    run(work)

    assert copy.read_bytes() == b"annotated"


def test_another_parcel_s_files_are_left_alone(places: Places, tmp_path: Path) -> None:
    other = places.held / held_name(replace(HELD, id="b" * 32))
    other.write_bytes(CONTENT)

    async def work() -> None:
        await clearing(places, tmp_path).unshow(HELD)

    run(work)

    assert other.exists()

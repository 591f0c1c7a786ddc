"""Every way a Windows program has to write a file, over the real share, with a real relay taking files meanwhile."""

import threading
import time
from collections.abc import Iterator

import pytest

from gateway.relay.parcel import State
from gateway.twin.smbd import Smbd
from tests.claims.synthetic import claim_file, receipt
from tests.relay.process import until
from tests.relay.windows_share.pc import Refusal
from tests.relay.windows_share.relaying import INCOMPLETE_S, SETTLE_S, await_held, delivered, parcels, relaying
from tests.relay.windows_share.scene import Network, ShareBox, place
from tests.relay.writers import WRITERS, Writer

pytestmark = pytest.mark.root


def claim(points: int) -> bytes:
    """A whole claim file, unlike every other by its points."""
    return claim_file(*(receipt(one, points=points) for one in range(1, 40)), trailer=f"GO,39,{39 * points},99")


def rest() -> None:
    """Longer than a file has to rest, and than the relay waits for a better one."""
    time.sleep(1.5 * (SETTLE_S + INCOMPLETE_S))


@pytest.fixture(scope="module")
def box(lan: Network) -> Iterator[ShareBox]:
    with place() as here, ShareBox(here, lan) as made:
        yield made


@pytest.fixture(scope="module")
def terminal(box: ShareBox) -> Iterator[Smbd]:
    with relaying(box) as smbd:
        yield smbd


def test_whatever_way_a_file_is_written_it_arrives_once_and_whole_or_not_at_all(box: ShareBox, terminal: Smbd) -> None:
    contents = {writer.name: claim(100 + at) for at, writer in enumerate(WRITERS)}
    troubles: list[str] = []

    def play(writer: Writer) -> None:
        try:
            pc = box.pc(folder="請求\\社保")
            writer.put(pc, f"{writer.name}.UKE", contents[writer.name], rest)
            if writer.whole:
                pc.leave()
        except Refusal as error:
            troubles.append(f"{writer.name}: {error}")

    played = [threading.Thread(target=play, args=(writer,)) for writer in WRITERS]
    for each in played:
        each.start()
    for each in played:
        each.join()
    whole = sorted((f"{writer.name}.UKE", contents[writer.name]) for writer in WRITERS if writer.whole)
    broken = {f"{writer.name}.UKE" for writer in WRITERS if not writer.whole}
    assert troubles == []
    until(lambda: sorted(delivered(terminal)) == whole, f"all delivered: {len(delivered(terminal))} of {len(whole)}")
    for name in broken:
        await_held(box, name)

    rest()
    assert sorted(delivered(terminal)) == whole
    assert {one.name for one in parcels(box) if one.state is State.HELD} == broken
    assert not [path for path in box.places.drop.rglob("*") if path.is_file()]


def test_two_people_at_once_each_have_their_file_delivered(box: ShareBox, terminal: Smbd) -> None:
    def hand_in(logon: str, base: int) -> None:
        pc = box.pc(logon)
        for at in range(10):
            pc.put(f"{logon}{at}.UKE", claim(base + at))
        pc.leave()

    both = [threading.Thread(target=hand_in, args=one) for one in (("yamada", 1000), ("suzuki", 2000))]
    for each in both:
        each.start()
    for each in both:
        each.join()

    wanted = sorted(claim(base + at) for base in (1000, 2000) for at in range(10))
    until(
        lambda: (
            sorted(content for name, content in delivered(terminal) if name.startswith(("yamada", "suzuki"))) == wanted
        ),
        "all twenty delivered",
    )


def test_the_one_who_may_releases_and_the_other_cannot(box: ShareBox, terminal: Smbd) -> None:
    broken = claim_file(receipt(1), trailer=None)
    suzuki = box.pc("suzuki")
    suzuki.put("RECEIPTC.UKE", broken)
    held = await_held(box, "RECEIPTC.UKE")

    with pytest.raises(Refusal):
        box.pc("suzuki", folder="保留\\承認\\山田").put(held, broken)
    with pytest.raises(Refusal):
        box.pc("suzuki", share="承認-山田")
    with pytest.raises(Refusal):
        box.pc("suzuki", folder="保留").rename(held, f"保留\\承認\\山田\\{held}", whole_path=True)
    rest()
    assert ("RECEIPTC.UKE", broken) not in delivered(terminal)

    box.pc("yamada", share="承認-山田", folder="").put(held, box.pc("yamada", folder="保留").read(held))
    until(lambda: ("RECEIPTC.UKE", broken) in delivered(terminal), "released and delivered")
    (parcel,) = (one for one in parcels(box) if one.name == "RECEIPTC.UKE")
    assert parcel.decided_by == "山田"


def test_everybody_may_reject_and_sees_why_it_was_held(box: ShareBox, terminal: Smbd) -> None:
    box.pc("suzuki").put("RECEIPTD.UKE", claim_file(receipt(2), trailer=None))
    held = await_held(box, "RECEIPTD.UKE")
    pc = box.pc("suzuki", folder="保留")
    assert any(one.endswith(".txt") for one in pc.names())

    pc.rename(held, f"保留\\却下\\{held}", whole_path=True)

    until(lambda: State.REJECTED in {one.state for one in parcels(box) if one.name == "RECEIPTD.UKE"}, "rejected")
    assert "RECEIPTD.UKE" not in dict(delivered(terminal))


def test_twins_by_spelling_wait_for_a_person(box: ShareBox, terminal: Smbd) -> None:
    composed, decomposed = "\u304c.UKE", "\u304b\u3099.UKE"
    before = {*box.places.held.glob("*.txt")}
    pc = box.pc()
    for at, name in enumerate((composed, decomposed)):
        pc.put(name, claim(300 + at))

    until(lambda: bool({*box.places.held.glob("*.txt")} - before), "a note about the twins")
    rest()
    assert {*box.pc().names()} >= {composed, decomposed}
    assert composed not in dict(delivered(terminal))

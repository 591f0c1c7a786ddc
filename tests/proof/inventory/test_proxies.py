import pytest

from gateway.proof.model import Answer, Theorem
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root


@pytest.mark.parametrize("address", ["192.168.10.21", "2001:db8:10::21"])
def test_the_box_answers_for_nobody_else(box: Box, address: str) -> None:
    with box.changed(f"ip neigh add proxy {address} dev eth2", undo=(f"ip neigh del proxy {address} dev eth2",)):
        assert box.found() == {("proxy neighbour", Theorem.T7, Answer.DISPROVED)}
        assert [address in one.what for one in box.evidence().findings] == [True]

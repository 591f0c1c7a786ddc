import pytest

from gateway.proof.inventory import programs
from gateway.proof.inventory.programs import Program
from gateway.proof.model import Answer, Theorem
from tests.proof.inventory import bpf
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root


@pytest.mark.parametrize("hook", [bpf.TCX, bpf.NETFILTER, bpf.SOCKET_LOOKUP], ids=["tcx", "netfilter", "socket lookup"])
def test_a_program_in_the_packets_way_is_seen(box: Box, hook: bpf.Hook) -> None:
    with bpf.attached(box, hook, "eth2" if hook is bpf.TCX else ""):
        assert box.found() == {("bpf", Theorem.T1, Answer.NOT_PROVABLE)}


def test_it_says_where_the_program_hangs(box: Box) -> None:
    with bpf.attached(box, bpf.TCX, "eth2"):
        assert box.call(programs.read) == (Program("tcx ingress", "eth2", 1),)

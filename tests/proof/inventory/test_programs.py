import subprocess
import sys

import pytest

from gateway.proof.inventory import programs
from gateway.proof.inventory.programs import Program
from gateway.proof.model import Answer, Theorem
from tests.proof.inventory import bpf
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root
AS_THE_UNIT = ("setpriv", "--no-new-privs", "--bounding-set=-all,+net_admin")


@pytest.mark.parametrize("hook", [bpf.TCX, bpf.NETFILTER, bpf.SOCKET_LOOKUP], ids=["tcx", "netfilter", "socket lookup"])
def test_a_program_in_the_packets_way_is_seen(box: Box, hook: bpf.Hook) -> None:
    with bpf.attached(box, hook, "eth2" if hook is bpf.TCX else ""):
        assert box.found() == {("bpf", Theorem.T1, Answer.NOT_PROVABLE)}


def test_it_says_where_the_program_hangs(box: Box) -> None:
    with bpf.attached(box, bpf.TCX, "eth2"):
        assert box.call(programs.read) == (Program("tcx ingress", "eth2", 1),)


def test_the_enforcers_own_rights_are_enough_to_ask(box: Box) -> None:
    ask = "from gateway.proof.inventory.programs import read; print(read())"
    with bpf.attached(box, bpf.TCX, "eth2"):
        done = subprocess.run(
            box.namespace.command(*AS_THE_UNIT, sys.executable, "-c", ask), capture_output=True, text=True, check=False
        )

    assert done.stdout.strip() == "(Program(hook='tcx ingress', port='eth2', count=1),)", done.stderr

"""A ruleset tried apart, with no more rights than the enforcer's unit has."""

import json
import subprocess
import sys

import pytest

from gateway.proof.inventory.asking import NotObserved
from gateway.proof.scratch import dump_of

pytestmark = pytest.mark.root
AS_THE_UNIT = ("setpriv", "--no-new-privs", "--bounding-set=-all,+net_admin")
ASK = "import json; from gateway.proof.scratch import dump_of; print(json.dumps(dump_of('add table inet tried')))"


def test_the_right_to_shape_the_network_is_enough_to_try_a_ruleset() -> None:
    done = subprocess.run(
        (*AS_THE_UNIT, sys.executable, "-c", ASK), capture_output=True, text=True, check=False, timeout=30
    )

    assert done.returncode == 0, done.stderr
    assert [one["table"]["name"] for one in json.loads(done.stdout) if "table" in one] == ["tried"]


def test_what_the_kernel_does_not_take_is_said_in_its_words() -> None:
    with pytest.raises(NotObserved, match=r"cannot be tried apart: .*Error: "):
        dump_of("add rule inet nowhere nothing accept")


def test_chains_that_stand_on_ports_find_them_there() -> None:
    chain = 'add chain netdev tried in { type filter hook ingress device "eth2" priority 0; }'
    rule = 'add rule netdev tried in meta protocol 0x8863 fwd to "eth0.7"'
    dump = dump_of(f"add table netdev tried\n{chain}\n{rule}", ("eth0.7", "eth2"))

    (said,) = (one["rule"]["expr"] for one in dump if "rule" in one)
    assert said[-1] == {"fwd": {"dev": "eth0.7"}}

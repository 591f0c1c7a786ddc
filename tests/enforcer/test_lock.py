import subprocess
import sys
from pathlib import Path

import pytest

from gateway.enforcer.errors import Busy, StateError
from gateway.enforcer.lock import alone

_HOLDS = """
import sys
from pathlib import Path
from gateway.enforcer.lock import alone
with alone(Path(sys.argv[1]), "root (ansible, pid 4711)"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_is_refused_and_told_who_is_at_it(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=r"^root \(ansible, pid 4711\) is at it\."), alone(tmp_path, "me"):
            pass
        holder.kill()
        holder.wait()
        with alone(tmp_path, "me"):  # the kernel let go of it
            pass


def test_a_place_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="No such file or directory"), alone(tmp_path / "gone", "me"):
        pass

import os
import subprocess
from pathlib import Path

import pytest
from pyroute2 import netns

from gateway.twin.namespace import NETNS_DIR, Namespace, sweep, twin_name

pytestmark = pytest.mark.root


def test_a_call_runs_inside_and_we_stay_outside(namespace: Namespace) -> None:
    here = Path("/proc/thread-self/ns/net")
    ours = here.readlink()
    assert namespace.call(here.readlink) != ours
    assert here.readlink() == ours


def test_a_command_runs_inside(namespace: Namespace) -> None:
    said = subprocess.run(namespace.command("ip", "-o", "link"), capture_output=True, text=True, check=True).stdout
    assert [line.split(":")[1].strip() for line in said.splitlines()] == ["lo"]


def test_what_a_call_raises_reaches_the_caller(namespace: Namespace) -> None:
    with pytest.raises(ZeroDivisionError):
        namespace.call(lambda: 1 // 0)


def test_names_of_two_twins_differ() -> None:
    assert twin_name() != twin_name()


def test_closing_removes_it() -> None:
    made = Namespace(f"{twin_name()}-gone")
    made.close()
    assert not made.path.exists()


def test_sweep_takes_the_namespaces_of_dead_makers_only(namespace: Namespace) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    dead = f"cgw-{ended.pid}-abcdef-gateway"
    foreign = f"cgw-foreign-{os.getpid()}"
    netns.create(dead)
    netns.create(foreign)
    try:
        assert dead in sweep()
        assert not (NETNS_DIR / dead).exists()
        assert (NETNS_DIR / foreign).exists()
        assert namespace.path.exists()
    finally:
        netns.remove(foreign)

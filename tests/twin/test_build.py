import signal
import subprocess
import sys
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from pyroute2.netlink.exceptions import NetlinkError

from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.twin.namespace import NETNS_DIR, sweep
from gateway.twin.samples import DEMO_SITE

pytestmark = pytest.mark.root


def namespaces_of(twin_or_name: str) -> list[str]:
    return [path.name for path in NETNS_DIR.glob(f"{twin_or_name}-*")]


def test_leaving_removes_everything_also_on_failure(site: Site) -> None:
    twin = Twin(site)

    def fail() -> None:
        with twin:
            assert len(namespaces_of(twin.name)) == 2 + len(twin.hosts)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert namespaces_of(twin.name) == []


def test_a_twin_that_cannot_be_built_leaves_nothing(site: Site) -> None:
    twin = Twin(site)
    twin.hosts["pc0"] = replace(twin.hosts["pc0"], gateways=(ip_address("203.0.113.99"),))
    with pytest.raises(NetlinkError), twin:
        pass
    assert namespaces_of(twin.name) == []


def test_several_twins_live_side_by_side(site: Site) -> None:
    with Twin(site) as one, Twin(site) as other:
        assert not set(namespaces_of(one.name)) & set(namespaces_of(other.name))
        assert namespaces_of(one.name)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_termination_remove_everything(number: signal.Signals, tmp_path: Path) -> None:
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from gateway.twin.interrupt import ending_as_interrupt\n"
        "from gateway.site.load import load_site\n"
        "from gateway.twin.build import Twin\n"
        f"site = load_site(Path({str(DEMO_SITE)!r}))\n"
        "with ending_as_interrupt(), Twin(site) as twin:\n"
        "    print(twin.name, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout is not None
        name = child.stdout.readline().strip()
        assert namespaces_of(name)
        child.send_signal(number)
        child.wait(10)
    assert namespaces_of(name) == []


def test_a_killed_makers_twin_is_swept_by_the_next(site: Site) -> None:
    code = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from gateway.site.load import load_site\n"
        "from gateway.twin.build import Twin\n"
        f"twin = Twin(load_site(Path({str(DEMO_SITE)!r}))).__enter__()\n"
        "print(twin.name, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert namespaces_of(done.stdout.strip())
    sweep()
    assert namespaces_of(done.stdout.strip()) == []


def test_the_machine_itself_gets_no_new_link(site: Site) -> None:
    before = sorted(path.name for path in Path("/sys/class/net").iterdir())
    with Twin(site):
        assert sorted(path.name for path in Path("/sys/class/net").iterdir()) == before

"""An installed box on a line that decides on every address: its enforcer has systemd run what the site needs, and keeps it so."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.appliance.container import Disk, copied
from tests.appliance.installed import Installed
from tests.appliance.rootfs import rootfs
from tests.appliance.scene import Scene, scene
from tests.appliance.segments import WAN, Namespace
from tests.programs import delegating

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

ENFORCER = "claim-gateway-enforcer.service"
SERVICES = tuple(f"claim-gateway-{kind}@claim.service" for kind in ("leases", "names", "time"))
SAMPLE = Path(__file__).parents[2] / "configs" / "uplink-dhcp-pd.yaml"
PATIENCE_S = 60.0
CARRIER = (
    *("interface=eth0", "bind-dynamic", "user=root", "pid-file=", "port=0", "log-facility=-", "enable-ra"),
    *("dhcp-range=198.51.100.2,198.51.100.2,255.255.255.252,2m", "dhcp-option=option:router,198.51.100.1"),
    *("dhcp-option=option:dns-server,198.51.100.1", "dhcp-range=2001:db8:ff::,ra-only,64,10m"),
)


def until(what: str, seen: Callable[[], object], box: Scene) -> None:
    """Wait until `seen` gives something true."""
    deadline = time.monotonic() + PATIENCE_S
    while not seen():
        journal = box.box.says("journalctl", "-b", "--no-pager", "-o", "cat", "-n", "60")
        assert time.monotonic() < deadline, f"not within {PATIENCE_S:g} s: {what}\n{journal}"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def box(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """What the role installed, with the programs' packages and before any site was confirmed; switched on."""
    home = tmp_path_factory.mktemp("carrier")
    tree = rootfs("chrony", "dnsmasq-base")
    with ExitStack() as stack:
        kept = stack.enter_context(copied(installed.disk))
        _forget(kept)
        running = stack.enter_context(scene(Disk(tree, kept.home)))
        carrier = running.around.neighbours[WAN]
        (home / "prefix").write_text("2001:db8:1000::/56")
        (home / "carrier.conf").write_text("\n".join((*CARRIER, f"dhcp-leasefile={home}/leases")) + "\n")
        server = (sys.executable, str(Path(delegating.__file__)), "eth0", str(home / "prefix"))
        for command in (("/usr/sbin/dnsmasq", "-k", f"--conf-file={home}/carrier.conf"), server):
            stack.enter_context(_running(carrier, *command))
        try:
            yield running
        finally:
            # While its programs still end by themselves: a starved host took longer than the grace a switched-off box has.
            running.box.run("systemctl", "--no-block", "poweroff", check=False)


def test_the_line_is_asked_and_the_segment_is_served(box: Scene) -> None:
    until("the enforcer is ready", lambda: box.box.state(ENFORCER) == "active", box)
    until("a lease", lambda: "198.51.100.2/30" in box.box.says("ip", "address", "show", "eth0"), box)
    until("a prefix", lambda: "2001:db8:1000::1/64" in box.box.says("ip", "address", "show", "eth2"), box)
    for service in SERVICES:
        assert box.box.state(service) == "active", box.box.says("journalctl", "-b", "-o", "cat", "-u", service)
    servers = "nameserver 198.51.100.1"
    until("name servers", lambda: servers in box.box.says("cat", "/run/claim-gateway-line/resolv.conf"), box)
    assert box.box.says("systemctl", "--failed", "--no-legend") == ""
    assert "0 repairs" in box.box.says("systemctl", "show", "--property=StatusText", ENFORCER)


@pytest.mark.parametrize(
    "change",
    [
        ("systemctl", "stop", "claim-gateway-names@claim.service"),
        ("sh", "-c", "echo port=0 >/run/claim-gateway-enforcer/programs/names-claim.conf"),
        ("rm", "/run/systemd/network/00-claim-gateway-wan.network"),
    ],
    ids=["a service is stopped", "its file is changed", "networkd's file is gone"],
)
def test_what_somebody_changes_is_put_back(box: Scene, change: tuple[str, ...]) -> None:
    def told() -> int:
        return len(
            box.box.says("journalctl", "-b", "-o", "cat", "CLAIM_GATEWAY_MESSAGE=FOREIGN_CHANGE_REPAIRED").splitlines()
        )

    before = told()
    box.box.run(*change)
    until("it is repaired", lambda: told() > before, box)
    assert box.box.state("claim-gateway-names@claim.service") == "active"
    assert "resolv-file=" in box.box.says("cat", "/run/claim-gateway-enforcer/programs/names-claim.conf")
    until("the lease", lambda: "198.51.100.2/30" in box.box.says("ip", "address", "show", "eth0"), box)


def _forget(kept: Disk) -> None:
    """As before the first site, with this one's file."""
    shutil.rmtree(kept.upper / "var/lib/claim-gateway-enforcer")
    kept.write("/etc/claim-gateway/site.yaml", SAMPLE.read_text())


@contextmanager
def _running(there: Namespace, *command: str) -> Iterator[None]:
    inside = there.inside("setpriv", "--pdeathsig", "KILL", *command)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(inside, stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            yield
        finally:
            process.kill()

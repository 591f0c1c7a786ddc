"""`python -m tests.bench.forward.capture`: has Debian's firewalld write its ruleset anew, into firewalld.nft.

The packages are fetched by apt and unpacked aside, never installed; firewalld runs in a network namespace of its own, on
a message bus of its own. Needs root, a package source, dbus-daemon and dpkg.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.firewall.nft import Nft
from gateway.policy.derive import derive
from gateway.twin.namespace import Namespace, twin_name
from gateway.wiring.part import ports
from tests.bench.forward.firewalld import configuration, digest
from tests.bench.forward.site import bench_site
from tests.bench.forward.variants import FIREWALLD_RULESET

PACKAGES = ("firewalld", "python3-firewall", "python3-dbus", "python3-gi", "gir1.2-glib-2.0", "python3-nftables")
RUNNING_WITHIN_S = 30.0
_PYTHON = "/usr/bin/python3"  # Debian's own: the packages' modules are built for it
_BUS = """<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_type="*"/></policy>
</busconfig>
"""
_HEADER = """# Written by firewalld {version} for the policy of tests/bench/forward/site.py, and read back from the kernel with
#   nft list table inet firewalld
# after: python -m tests.bench.forward.capture, which runs, in a network namespace and on a message bus of its own,
#   apt-get download {packages}
#   firewalld --nofork --nopid --system-config DIR --default-config ROOT/usr/lib/firewalld
# with firewalld's shipped firewalld.conf, and the zones and policies that tests/bench/forward/firewalld.py writes:
#   sha256 {digest}
"""


def main() -> int:
    """Write the file; 4 without root, or if firewalld did not come up."""
    if os.geteuid() != 0:
        print("network namespaces need root. run it as root", file=sys.stderr)
        return 4
    site = bench_site()
    files = configuration(derive(site), ports(site))
    with TemporaryDirectory(prefix="firewalld-") as directory:
        work = Path(directory)
        version = _unpack(work)
        for name, text in files.items():
            (work / "etc" / name).parent.mkdir(parents=True, exist_ok=True)
            (work / "etc" / name).write_text(text)
        namespace = Namespace(f"{twin_name()}-firewalld")
        try:
            with _firewalld(namespace, work):
                ruleset = namespace.call(_dump)
        except TimeoutError as error:
            print(error, file=sys.stderr)
            return 4
        finally:
            namespace.close()
    header = _HEADER.format(version=version, packages=" ".join(PACKAGES), digest=digest(files))
    FIREWALLD_RULESET.write_text(header + ruleset)
    print(f"{FIREWALLD_RULESET}: {len(ruleset.splitlines())} lines by firewalld {version}")
    return 0


def _unpack(work: Path) -> str:
    """Fetch and unpack the packages below `root`, firewalld's own settings below `etc`; firewalld's version."""
    subprocess.run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", *PACKAGES], cwd=work, check=True)
    for package in work.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", package, work / "root"], check=True)
    (work / "etc").mkdir()
    (work / "etc" / "firewalld.conf").write_bytes((work / "root/etc/firewalld/firewalld.conf").read_bytes())
    package = next(work.glob("firewalld_*.deb"))
    shown = subprocess.run(["dpkg-deb", "--field", package, "Version"], check=True, capture_output=True, text=True)
    return shown.stdout.strip()


@contextmanager
def _firewalld(namespace: Namespace, work: Path) -> Iterator[None]:
    """firewalld, running in `namespace` while the block lasts. Raises TimeoutError if it does not come up."""
    socket = work / "bus"
    (work / "bus.conf").write_text(_BUS.format(socket=socket))
    root = work / "root"
    environment = os.environ | {
        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={socket}",
        "PYTHONPATH": str(root / "usr/lib/python3/dist-packages"),
        "GI_TYPELIB_PATH": str(next(root.glob("usr/lib/*/girepository-1.0"))),
    }
    settings = ("--system-config", str(work / "etc"), "--default-config", str(root / "usr/lib/firewalld"))
    with _running(["dbus-daemon", f"--config-file={work / 'bus.conf'}", "--nofork", "--nopidfile"], environment):
        daemon = [
            _PYTHON,
            str(root / "usr/sbin/firewalld"),
            "--nofork",
            "--nopid",
            "--log-target",
            "console",
            *settings,
        ]
        with _running(namespace.command(*daemon), environment):
            deadline = time.monotonic() + RUNNING_WITHIN_S
            # Asking takes a process of a third of a second, so this does not spin.
            while subprocess.run(
                [_PYTHON, root / "usr/bin/firewall-cmd", "--state"], env=environment, capture_output=True, check=False
            ).returncode:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"firewalld is not running after {RUNNING_WITHIN_S:.0f} s. see its words above")
            yield


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _dump() -> str:
    with Nft() as nft:
        return nft.run("list table inet firewalld")


if __name__ == "__main__":
    sys.exit(main())

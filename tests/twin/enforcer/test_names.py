"""From a name server in lan to the kernel's set: a real resolver beside a real enforcer."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.site.load import load_site
from gateway.twin.build import Twin
from gateway.twin.samples import DEMO_SITE
from tests.firewall.kernel import held
from tests.resolver.servers import NameServer
from tests.twin.enforcer.daemon import Daemon

pytestmark = pytest.mark.root

DNS = "192.168.10.21"
NAME, SET = "update.example.com", "names_claim_wan_update_patches4"
MORE = f"""
management: {{from: [192.168.10.250], dns: [{DNS}]}}
updates:
  - {{name: patches, names: [{NAME}], services: [{{tcp: 443}}], via: wan}}
"""
PATIENCE_S = 10.0


def until(holds: Callable[[], bool], what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)


def test_a_name_becomes_addresses_for_as_long_as_its_answer_says(tmp_path: Path) -> None:
    site_file = tmp_path / "site.yaml"
    site_file.write_text(DEMO_SITE.read_text() + MORE)
    zone = {NAME: (300, {"A": ("203.0.113.200", "192.168.10.21")})}
    with Twin(load_site(site_file)) as twin, Daemon(twin.gateway, site_file, tmp_path) as daemon:
        with twin.namespace("pc0").call(NameServer, DNS, zone, 53):
            words = (
                sys.executable,
                "-m",
                "gateway.cli.main",
                "resolver",
                str(site_file),
                "--run-dir",
                str(tmp_path / "run"),
            )
            resolver = subprocess.Popen(twin.gateway.command(*words))
            try:
                until(lambda: bool(held(twin.gateway, SET)), daemon.log.read_text)
            finally:
                resolver.send_signal(signal.SIGTERM)
                resolver.wait(PATIENCE_S)
        until(lambda: "192.168.10.21, which is inside the site" in daemon.log.read_text(), daemon.log.read_text)
        found = held(twin.gateway, SET)

    assert resolver.returncode == 0
    assert set(found) == {"203.0.113.200"}
    assert found["203.0.113.200"]["timeout"] == 300
    assert found["203.0.113.200"]["expires"] <= 300

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.enforcer.transaction import desire
from gateway.firewall import part as firewall
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.twin.namespace import Namespace
from gateway.twin.samples import DEMO_SITE

pytestmark = pytest.mark.root


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        yield built


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    return ["--state-dir", str(tmp_path / "state"), "--run-dir", str(tmp_path / "run")]


def run(where: Namespace, site_file: Path, places: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway.cli.main", "apply", str(site_file), "--lang", "en", *places]
    return subprocess.run(where.command(*command), capture_output=True, text=True, check=False)


def test_apply_puts_the_site_in_force_and_says_what_it_changed(twin: Twin, site: Site, places: list[str]) -> None:
    done = run(twin.gateway, DEMO_SITE, places)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{DEMO_SITE}: in force. 3 flows, ")
    assert "  guard: + ipv4 rule 210: fwmark 0/0x40000000 blackhole\n" in done.stdout
    assert "  wiring: + address 192.168.10.1/24 on eth1\n" in done.stdout
    assert firewall.difference(desire(site).table, twin.gateway.call(firewall.observe)) == ()


def test_a_second_time_there_is_nothing_to_change(twin: Twin, places: list[str]) -> None:
    run(twin.gateway, DEMO_SITE, places)
    assert len(run(twin.gateway, DEMO_SITE, places).stdout.splitlines()) == 1


def test_a_missing_port_is_exit_4_in_one_line_and_nothing_changes(namespace: Namespace, places: list[str]) -> None:
    done = run(namespace, DEMO_SITE, places)
    assert done.returncode == 4
    assert done.stdout == ""
    assert done.stderr.splitlines() == ["no such port: eth0, eth1, eth2. this box has: none; nothing was changed"]
    assert namespace.call(firewall.observe).text is None


def test_a_wrong_site_file_is_exit_2_and_nothing_changes(twin: Twin, tmp_path: Path, places: list[str]) -> None:
    wrong = tmp_path / "site.yaml"
    wrong.write_text(DEMO_SITE.read_text().replace("192.168.20.10,", "192.168.30.10,"))
    done = run(twin.gateway, wrong, places)
    assert done.returncode == 2
    assert f"{wrong}:" in done.stderr
    assert twin.gateway.call(firewall.observe).text is None


def test_without_the_right_to_it_is_exit_4_in_one_line(twin: Twin, places: list[str]) -> None:
    command = [sys.executable, "-m", "gateway.cli.main", "apply", str(DEMO_SITE), "--lang", "en", *places]
    powerless = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", "--", *command]
    done = subprocess.run(twin.gateway.command(*powerless), capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1

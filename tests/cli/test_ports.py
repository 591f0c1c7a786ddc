import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.twin.samples import CONFIGS
from tests.operated import normal, said_of
from tests.wiring.cabling.cables import Cables, arp, cables, lldp

SITE = ["--site", str(CONFIGS / "ip-vpn-claim.yaml")]
PATIENCE_S = 20.0

pytestmark = pytest.mark.root


@pytest.fixture
def made() -> Iterator[Cables]:
    with cables() as built:
        yield built


def command(made: Cables, *words: str, lang: str = "en") -> list[str]:
    return made.box.command(sys.executable, "-m", "gateway.cli.main", "ports", *words, "--lang", lang)


class Running:
    """The command as it runs, read as it speaks."""

    def __init__(self, made: Cables, *words: str, lang: str = "en") -> None:
        self.process = subprocess.Popen(
            command(made, *words, lang=lang), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self.said = ""

    def until(self, wanted: str) -> None:
        """Read on until it said so. Raises AssertionError past its time."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + PATIENCE_S
        while not re.search(wanted, self.said):
            assert select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0], self.said
            piece = os.read(self.process.stdout.fileno(), 10_000)
            assert piece, self.said
            self.said += piece.decode()

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def run(made: Cables, *words: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(made, *words, lang=lang), capture_output=True, text=True, check=False, timeout=60)


def test_ports_zones_and_cables_are_printed_as_the_operators_page_says(made: Cables) -> None:
    """docs/operate.md: one cable is out, another in the wrong hole."""
    made.pull("eth2")
    with Running(made, *SITE, "--for", "2s") as running:
        _repeat(made, running, "eth1", arp("192.168.20.10"), lldp())
        running.until("change the cables")
        assert running.process.wait(PATIENCE_S) == Exit.NO

    assert normal(running.said) == normal("\n".join(said_of("claim-gateway ports")))


def test_a_cable_in_the_wrong_hole_is_told_in_japanese(made: Cables) -> None:
    with Running(made, *SITE, "--for", "2s", lang="ja") as running:
        _repeat(made, running, "eth1", arp("192.168.20.10"), lldp())
        running.until("ケーブルを差し替えてください")
        assert running.process.wait(PATIENCE_S) == Exit.NO

    assert "請求端末 192.168.20.10 が eth1（lan）にいます。設定では claim（eth2）です" in running.said
    assert "SW1 Gi0/7" in running.said


def _repeat(made: Cables, running: Running, port: str, *frames: bytes) -> None:
    """As a network does: until the command, which takes a moment to start listening, has surely heard."""
    while running.process.poll() is None:
        made.send(port, *frames)
        time.sleep(0.1)


def test_without_a_site_file_the_ports_are_shown_and_nothing_is_judged(made: Cables) -> None:
    done = run(made, "--json", "--for", "1s")

    assert done.returncode == Exit.OK
    data = json.loads(done.stdout)
    assert [(one["port"], one["link"], one["zone"]) for one in data["ports"]] == [
        ("eth0", True, None),
        ("eth1", True, None),
        ("eth2", True, None),
    ]
    assert data["warnings"] == []


def test_watching_tells_of_each_cable_until_ctrl_c(made: Cables) -> None:
    with Running(made, *SITE, "--for", "1s", "--watch") as running:
        running.until("watching")
        made.pull("eth2")
        running.until(r"eth2: the cable went \(claim\)\n")
        made.plug("eth2")
        running.until(r"eth2: a cable came, 10G \(claim\)\n")
        made.send("eth1", lldp(), arp("192.168.20.10"))
        running.until("eth1: at the other end is SW1 Gi0/7\n")
        running.until(r"! 請求端末 192.168.20.10 is heard at eth1 \(lan\)")
        made.pull("eth0")
        running.until("eth0: the cable went")
        made.plug("eth0")
        running.until("eth0: a cable came")
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(PATIENCE_S) == Exit.INTERRUPTED

    assert running.said.count("! 請求端末") == 1
    assert "Traceback" not in running.said


def test_ports_that_are_off_are_switched_on_while_it_looks_and_off_again() -> None:
    with cables(up=False) as made:
        assert "off" in run(made, "--for", "1s").stdout
        with Running(made, "--for", "1s", "--up", "--watch") as running:
            running.until("watching")
            assert re.search(r"eth0 .* yes 10G", running.said)
            running.process.send_signal(signal.SIGINT)
            running.process.wait(PATIENCE_S)
        assert "yes" not in run(made, "--for", "1s").stdout


def test_a_port_that_cannot_blink_says_how_to_find_it_all_the_same(made: Cables) -> None:
    done = run(made, "--blink", "eth1", "--for", "1s")

    assert done.returncode == Exit.SYSTEM
    assert "eth1: its driver blinks no lamp" in done.stderr
    assert "\n" not in done.stderr.strip()


def test_a_wrong_site_file_is_exit_2(made: Cables, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("site: {}\n")
    assert run(made, "--site", str(tmp_path / "site.yaml")).returncode == Exit.INPUT


def test_who_may_not_listen_is_told_to_run_it_as_root() -> None:
    done = subprocess.run(
        ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", sys.executable, "-m", "gateway.cli.main", "ports", "--lang", "en"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert done.returncode == Exit.SYSTEM
    assert done.stderr == "claim-gateway ports: listening: Operation not permitted. run it as root\n"

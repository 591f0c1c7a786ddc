"""The journal's copy: rsyslogd in its sandbox, through the firewall, to the declared server; nothing is lost while that is away."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.appliance.container import Box
from tests.appliance.controller import ADDRESS
from tests.appliance.installed import Installed
from tests.appliance.segments import LAN
from tests.appliance.waiting import until

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

CLI = "/opt/claim-gateway/venv/bin/claim-gateway"
UNIT = "claim-gateway-journal-copy"
MESSAGE = re.compile(r"^\d+ <\d+>1 \S+ \S+ \S+ \S+ (\S+) (\[[^]]*\]|-) (.*)$", re.MULTILINE)
"""Octets (RFC 6587, 3.4.1), then RFC 5424's header: the name of the message, its clock, its text."""
_TAKE = """
import socket, sys
with socket.create_server((sys.argv[1], 514)) as server:
    line, _ = server.accept()
    while piece := line.recv(65536):
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
"""


@pytest.fixture(scope="module")
def declared(installed: Installed) -> Iterator[Box]:
    """The box with the controller as its syslog server, and as it was afterwards."""
    box = installed.scene.box
    box.run("sh", "-ec", f"echo CLAIM_GATEWAY_SYSLOG={ADDRESS} >/etc/claim-gateway/journal-copy.env")
    box.run(
        "sh", "-ec", f"sed 's/ssh: true/ssh: true, syslog: [{ADDRESS}]/' /etc/claim-gateway/site.yaml >/run/copy.yaml"
    )
    box.run(CLI, "apply", "/run/copy.yaml")
    try:
        yield box
    finally:
        box.run("systemctl", "stop", UNIT)
        box.run("rm", "-f", "/etc/claim-gateway/journal-copy.env")
        box.run(CLI, "rollback")


@contextmanager
def server(installed: Installed, file: Path) -> Iterator[None]:
    """Writes what it is sent into `file`."""
    command = installed.scene.around.neighbours[LAN].inside(
        "setpriv", "--pdeathsig", "KILL", sys.executable, "-c", _TAKE, ADDRESS
    )
    with file.open("wb") as output, subprocess.Popen(command, stdout=output) as taking:
        try:
            yield
        finally:
            taking.kill()


def test_what_was_said_while_the_server_was_away_arrives_once_it_is_back(
    installed: Installed, declared: Box, tmp_path: Path
) -> None:
    declared.run("systemctl", "start", UNIT)
    until(lambda: "cannot connect" in declared.says("journalctl", "-u", UNIT, "-o", "cat"))
    declared.run("logger", "said to nobody")
    file = tmp_path / "taken"

    with server(installed, file):
        until(lambda: "said to nobody" in file.read_text())
        messages = MESSAGE.findall(file.read_text())

    assert declared.state(UNIT) == "active"
    assert ("-", "-", "Journal started") in messages
    started = next(one for one in messages if one[0] == "ENFORCER_STARTED")
    assert started[1].startswith('[timeQuality tzKnown="1" isSynced="')
    assert started[2].startswith("enforcer started: site ")


def test_it_has_no_right_of_its_own(declared: Box) -> None:
    pid = declared.says("systemctl", "show", "-P", "MainPID", UNIT)
    status = declared.says("cat", f"/proc/{pid}/status")

    assert re.search(r"^CapBnd:\t0+$", status, re.MULTILINE)
    assert not re.search(r"^Uid:\t0\b", status, re.MULTILINE)

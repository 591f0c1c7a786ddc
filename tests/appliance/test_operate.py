"""docs/operate.md, done: its first day on a released box without a site, and its spare box from that one's export."""

import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.appliance.container import Box, Disk, copied
from tests.appliance.controller import PASSWORD
from tests.appliance.installed import Installed
from tests.appliance.scene import Scene, scene
from tests.appliance.segments import SEGMENTS
from tests.appliance.waiting import until
from tests.claims.synthetic import claim_file
from tests.operated import PAGE, Step, commands, normal, said_of

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

SITE = "/etc/claim-gateway/site.yaml"
MEDIUM = "/media/usb"
EXPORT = f"{MEDIUM}/wakaba-2026-11-22.export"
INBOX = "/var/lib/claim-gateway/relay/【厳秘】請求ゲートウェイ/請求"
GRANT = "grants:\n  vendor-ssh: {to: gateway, from: [192.168.10.250], services: [{tcp: 22}], at_most: 1h}\n"
TYPED = {"password:": "correct horse battery staple", "once more:": "correct horse battery staple", "]:": ""}
"""To each question its answer; `init` gets its defaults."""
ANSWER_S = 60
WATCHED = "timeout --preserve-status --signal=INT 4 claim-gateway ports --up --watch"

CONSOLE = (
    Step("claim-gateway ports --up --watch", WATCHED, 130),
    Step("claim-gateway init -o /root/site.yaml"),
    Step("claim-gateway check /root/site.yaml"),
    Step(f"install -m 600 {MEDIUM}/terminal-password /etc/claim-gateway/credentials/terminal"),
    Step(f"install -m 644 /root/site.yaml {SITE}"),
    Step("systemctl restart claim-gateway-enforcer"),
    Step("systemctl enable --now claim-gateway-relay"),
)
LOOKED = (Step("claim-gateway diagnose", code=3),)  # nobody has opened the claim system on the terminal
CHANGE = (
    Step("claim-gateway check /root/site.yaml"),
    Step(f"install -m 644 /root/site.yaml {SITE}"),
    Step(f"claim-gateway apply {SITE} --confirm-within 10m"),
    Step("claim-gateway confirm"),
)
SERVICE = (
    Step(f"claim-gateway terminal-sheet {SITE} --lang ja"),
    Step(f"claim-gateway prove {SITE}"),
    Step("claim-gateway status"),
    Step("claim-gateway calendar"),
    Step("claim-gateway files verify"),
    Step("claim-gateway grant NAME --for 30m", "claim-gateway grant vendor-ssh --for 30m"),
    Step("journalctl -b -p warning -u 'claim-gateway-*'"),
    Step("claim-gateway ports"),
)
EXPORTED = (
    Step("claim-gateway export --to …", f"claim-gateway export --to {MEDIUM}/other.export"),
    Step(f"claim-gateway export --to {EXPORT}"),
)
SPARE = (
    Step("systemctl stop claim-gateway-enforcer claim-gateway-relay"),
    Step(f"claim-gateway restore {EXPORT}"),
    Step("systemctl restart claim-gateway-enforcer claim-gateway-relay ssh"),
)
RIGS = ("claim-gateway ports", "claim-gateway diagnose")
"""What these print on the page takes a stranger's cable and a claim system that is away: tests/cli/test_operate.py."""


@dataclass
class Operated:
    """What the first box was, after its first day."""

    export: Path
    status: dict[str, Any]


def test_no_command_of_the_page_is_left_out() -> None:
    run = {step.command for step in (*CONSOLE, *LOOKED, *CHANGE, *SERVICE, *EXPORTED, *SPARE)}

    assert run == commands(PAGE.read_text())


@contextmanager
def released(installed: Installed) -> Iterator[Scene]:
    """A box with this release and no site, among its neighbours; the medium is in it."""
    with copied(installed.disk) as kept:
        _emptied(kept)
        kept.write(f"{MEDIUM}/terminal-password", f"{PASSWORD}\n", 0o600)
        with scene(kept) as running:
            yield running


def _emptied(kept: Disk) -> None:
    """As if no site had ever been told."""
    (kept.upper / SITE[1:]).unlink()
    (kept.upper / "etc/claim-gateway/credentials/terminal").unlink()
    for folder in ("claim-gateway", "claim-gateway-enforcer"):
        for path in (kept.upper / "var/lib" / folder).iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def followed(box: Box, steps: tuple[Step, ...]) -> None:
    """Run each as the page's reader does; what the page shows below it is what it prints."""
    for step in steps:
        code, said = typed(box, step.really or step.command)
        assert code == step.code, (step.command, said)
        if step.command not in RIGS and (wanted := said_of(step.command)):
            assert normal(said) == normal("\n".join(wanted)), step.command


def typed(box: Box, command: str) -> tuple[int, str]:
    """What a command prints at a terminal, where somebody answers its questions."""
    ours, theirs = os.openpty()
    enter = ("nsenter", f"--target={box.leader}", *("-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"), "--")
    path = "PATH=/opt/claim-gateway/venv/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    clean = ("env", "-i", path, "HOME=/root", "LC_ALL=C.UTF-8", "PAGER=cat", "COLUMNS=200")
    # No controlling terminal: getpass then asks where its input comes from.
    with subprocess.Popen(
        (*enter, *clean, "sh", "-c", command), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as running:
        os.close(theirs)
        try:
            said = _answering(ours, running)
        finally:
            running.kill()
            os.close(ours)
    return running.returncode, said


def _answering(line: int, running: subprocess.Popen[bytes]) -> str:
    said, answered, deadline = b"", 0, time.monotonic() + ANSWER_S
    while time.monotonic() < deadline:
        if not select.select([line], [], [], 0.2)[0]:
            if running.poll() is not None:
                break
            continue
        with contextlib.suppress(OSError):  # EIO: its last writer is gone
            if piece := os.read(line, 65536):
                said += piece
                question = said[answered:].decode(errors="replace").rstrip().rpartition("\n")[2]
                for asked, answer in TYPED.items():
                    if question.endswith(asked):
                        answered = len(said)
                        os.write(line, f"{answer}\n".encode())
                continue
        break
    running.wait(timeout=max(1.0, deadline - time.monotonic()))
    return said.decode().replace("\r\n", "\n")


def status(box: Box) -> dict[str, Any]:
    """What it says of itself, for programs."""
    said: dict[str, Any] = json.loads(box.says("/opt/claim-gateway/venv/bin/claim-gateway", "status", "--json"))
    return said


@pytest.fixture(scope="module")
def first(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Operated:
    """The first box's days, from the console to its export; then it is switched off."""
    with released(installed) as running:
        box = running.box
        followed(box, CONSOLE)
        running.around.settle(*SEGMENTS)
        followed(box, LOOKED)
        box.run("sh", "-ec", f"printf '%s' '{GRANT}' >>/root/site.yaml")
        followed(box, (*CHANGE, *SERVICE))
        _hand_in(running)
        followed(box, EXPORTED)
        export = tmp_path_factory.mktemp("medium") / "export"
        shutil.copy(f"/proc/{box.leader}/root{EXPORT}", export)
        return Operated(export, status(box))


def _hand_in(running: Scene) -> None:
    """A claim that stays on its way: this terminal's share answers nobody."""
    folder = Path(f"/proc/{running.box.leader}/root{INBOX}")
    owner = folder.stat()
    file = folder / ".claim"
    file.write_bytes(claim_file())
    os.chown(file, owner.st_uid, owner.st_gid)
    file.rename(folder / "RECEIPTC.UKE")
    until(lambda: status(running.box)["relay"]["undelivered_since"])


def test_a_spare_box_has_the_status_the_first_one_had(installed: Installed, first: Operated) -> None:
    with released(installed) as running:
        box = running.box
        shutil.copy(first.export, f"/proc/{box.leader}/root{EXPORT}")
        followed(box, SPARE)
        running.around.settle(*SEGMENTS)
        until(lambda: status(box)["units"]["claim-gateway-relay"]["state"] == "active")
        followed(box, LOOKED)
        now = status(box)

    was = first.status
    for what in ("digest", "number", "at", "who", "comment", "unproved"):
        assert now["enforcer"]["site"][what] == was["enforcer"]["site"][what]
    for what in ("table", "held", "latched", "protection", "tunnel", "failing", "missing_ports", "complaints"):
        assert now["enforcer"][what] == was["enforcer"][what]
    assert [one["grant"] for one in now["enforcer"]["grants"]] == ["vendor-ssh"]
    assert now["healthy"]
    assert sum(was["relay"]["parcels"]["claim"].values()) == 1
    assert now["relay"]["parcels"] == {
        "claim": {"retired": 1},
        "return": {},
    }  # what was on its way stayed on the old box
    assert now["relay"]["held"] == was["relay"]["held"]

"""A relay behind the share and a terminal behind the relay, as on a box: all three in the box's namespace, the first two one user."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.notes import held_name
from gateway.relay.parcel import Parcel, State
from gateway.twin.smbd import Smbd
from tests.relay.process import ADDRESS, PASSWORD, REPOSITORY, until
from tests.relay.windows_share.scene import OWNER, ShareBox

SETTLE_S = 0.3
INCOMPLETE_S = 1.0
_PROGRAM = f"""
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from gateway.journal import configure
from gateway.relay.clock import system_clocks
from gateway.relay.daemon import run
from gateway.site.load import load_site
from tests.twin.relay.launcher import HURRIED
configure(to_journal=False)
site = Path(sys.argv[1])
pace = replace(HURRIED, settle=timedelta(seconds={SETTLE_S}), incomplete=timedelta(seconds={INCOMPLETE_S}))
run(load_site(site), site.parent, Path(sys.argv[2]), pace, system_clocks())
"""


@contextlib.contextmanager
def relaying(box: ShareBox) -> Iterator[Smbd]:
    """The terminal, while relay and terminal run."""
    password = box.place / "credentials" / "terminal"
    password.write_text(f"{PASSWORD}\n")
    password.chmod(0o600)
    os.chown(password, OWNER.user_id, OWNER.group_id)
    told = box.place / "relay-notify"
    with (
        Smbd(box.place / "terminal", user="relay", password=PASSWORD, addresses=(ADDRESS,), namespace=box.network.box.name) as smbd,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready,
        (box.place / "relay.log").open("ab") as log,
    ):  # fmt: skip
        ready.bind(str(told))
        told.chmod(0o666)
        ready.settimeout(30)
        relay = subprocess.Popen(
            box.network.box.command(
                *("setpriv", f"--reuid={OWNER.user_id}", f"--regid={OWNER.group_id}", "--clear-groups"),
                *("--pdeathsig", "KILL", "--", sys.executable, "-c", _PROGRAM, str(box.site), str(box.places.state)),
            ),
            env=os.environ
            | {"NOTIFY_SOCKET": str(told), "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            while b"READY=1" not in ready.recv(4096):
                continue
            yield smbd
        finally:
            relay.send_signal(signal.SIGTERM)
            try:
                relay.wait(15)
            except subprocess.TimeoutExpired:
                relay.kill()
                relay.wait()


def parcels(box: ShareBox) -> list[Parcel]:
    try:
        with Ledger.read(box.places.ledger) as ledger:
            return [parcel for parcel in ledger.parcels() if parcel.state is not State.FORGOTTEN]
    except LedgerError:
        return []


def delivered(smbd: Smbd) -> list[tuple[str, bytes]]:
    """Name and content of everything on the terminal."""
    return [(path.name, path.read_bytes()) for path in (smbd.share / "claims").rglob("*.UKE")]


def await_held(box: ShareBox, name: str) -> str:
    """Wait until the parcel of this name lies in 保留; what it is called there."""

    def shown() -> list[Parcel]:
        return [one for one in parcels(box) if one.name == name and one.state is State.HELD and one.shown]

    until(lambda: bool(shown()) and (box.places.held / held_name(shown()[0])).exists(), "held and shown")
    return held_name(shown()[0])

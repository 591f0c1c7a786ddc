"""Ansible's controller, standing in the site's lan: real SSH with a key made for this run and the box's host key pinned."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.appliance.container import Disk
from tests.appliance.leftovers import prefix
from tests.appliance.rootfs import cache, locked
from tests.appliance.segments import Namespace

PROJECT = Path(__file__).parents[2]
ANSIBLE = PROJECT / "ansible"
HOST = "wakaba"
SITE = ANSIBLE / "inventory/boxes" / HOST / "site.yaml"
BOX_ADDRESS = "192.168.10.1"
ADDRESS = "192.168.10.250"
"""Where the site file's `management:` expects the controller."""
PASSWORD = "made-for-this-test-only"
PLAY_TIMEOUT_S = 300
ARCHIVE = PROJECT / "build/dist/claim-gateway.tar"
DIST_TIMEOUT_S = 400
"""The first time it fetches a hundred wheels; later it takes three seconds."""


def make_release() -> Path:
    """This checkout's release. One maker at a time: two test workers share the folder it is made in."""
    with locked(cache() / "dist.lock"):
        make = ("make", "--silent", "dist")
        subprocess.run(make, cwd=PROJECT, check=True, capture_output=True, text=True, timeout=DIST_TIMEOUT_S)
    return ARCHIVE


@dataclass(frozen=True, slots=True)
class Play:
    """One run of the playbook."""

    code: int
    output: str

    def count(self, what: str) -> int:
        """A number from the recap: `ok`, `changed`, `unreachable`, `failed`."""
        found = re.search(rf"^{HOST}\s.*\b{what}=(\d+)", self.output, re.MULTILINE)
        if found is None:
            raise LookupError(f"the play printed no recap:\n{self.output}")
        return int(found[1])


@dataclass(frozen=True, slots=True)
class Controller:
    """Files of one controller; `home` is removed with it."""

    home: Path

    @property
    def _ssh(self) -> tuple[str, ...]:
        return (
            *("-o", f"IdentityFile={self.home}/key", "-o", "IdentitiesOnly=yes", "-o", f"BindAddress={ADDRESS}"),
            *("-o", f"UserKnownHostsFile={self.home}/known_hosts", "-o", "StrictHostKeyChecking=yes"),
        )

    def admit_to(self, kept: Disk) -> None:
        """What whoever installed Debian did: let this controller in, and tell it the box's host key."""
        kept.write("/root/.ssh/authorized_keys", (self.home / "key.pub").read_text(), 0o600)
        host_key = (kept.lower / "etc/ssh/ssh_host_ed25519_key.pub").read_text()
        (self.home / "known_hosts").write_text(f"{BOX_ADDRESS} {host_key}")

    @property
    def folder(self) -> Path:
        """The box's folder: its site file, which a test may change, and what that names."""
        return self.home / "boxes" / HOST

    def play(self, lan: Namespace, **settings: str) -> Play:
        """Run the shipped playbook on the shipped inventory, with `settings` as extra variables."""
        variables = {
            "ansible_ssh_common_args": " ".join(self._ssh),
            "claim_gateway_folder": str(self.folder),
            **settings,
        }
        extra = (option for name, value in variables.items() for option in ("--extra-vars", f"{name}='{value}'"))
        playbook = str(Path(sys.executable).with_name("ansible-playbook"))
        with subprocess.Popen(
            lan.inside(playbook, str(ANSIBLE / "site.yml"), "--limit", HOST, *extra),
            cwd=ANSIBLE,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as playing:
            try:
                output, _ = playing.communicate(timeout=PLAY_TIMEOUT_S)
            finally:
                self._end_shared_connection(lan)
                if playing.poll() is None:
                    os.killpg(playing.pid, signal.SIGKILL)
        return Play(playing.returncode, output)

    @property
    def signing_key(self) -> Path:
        """What the box is told to trust releases by."""
        return self.home / "key"

    def send(self, lan: Namespace, file: Path, target: str) -> None:
        """Copy a file to the box, as a medium would bring it."""
        command = ("scp", "-q", "-B", *self._ssh, str(file), f"root@{BOX_ADDRESS}:{target}")
        subprocess.run(lan.inside(*command), check=True, capture_output=True, text=True, timeout=60)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_CONFIG": str(ANSIBLE / "ansible.cfg"),
            "ANSIBLE_HOME": str(self.home / "ansible"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_SSH_CONTROL_PATH": str(self._control),
        }

    @property
    def _control(self) -> Path:
        return self.home / "control"

    def _end_shared_connection(self, lan: Namespace) -> None:
        """Ansible leaves its SSH connection open for a minute; a test leaves nothing."""
        if self._control.exists():
            command = ("ssh", "-o", f"ControlPath={self._control}", "-O", "exit", BOX_ADDRESS)
            subprocess.run(lan.inside(*command), capture_output=True, timeout=10, check=False)


@contextmanager
def controller() -> Iterator[Controller]:
    """A controller with a fresh key."""
    with tempfile.TemporaryDirectory(prefix=prefix("controller")) as home:
        key = Path(home) / "key"
        subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)), check=True, timeout=10)
        made = Controller(Path(home))
        (made.folder / "credentials").mkdir(parents=True)
        shutil.copyfile(SITE, made.folder / "site.yaml")
        (made.folder / "credentials/terminal").write_text(f"{PASSWORD}\n")
        (made.folder / "release-signers").write_text(f"vendor {key.with_suffix('.pub').read_text()}")
        yield made

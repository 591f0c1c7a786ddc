"""The share as its unit runs it: a user without rights, the unit's own mounts, the LAN's addresses in a namespace of their own.

The mounts are read from systemd/claim-gateway-share.service, so what is tested is what a box gets.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.relay.places import Places
from gateway.relay.windows_share.members import Owner, group, members, passwd
from gateway.site.load import load_site
from gateway.twin.namespace import Namespace, twin_name
from gateway.twin.smbd import USER_ID
from tests.relay.process import SITE, until
from tests.relay.windows_share.pc import WindowsPc

UNIT = Path(__file__).parents[3] / "systemd" / "claim-gateway-share.service"
OWNER = Owner("claim-gateway-relay", USER_ID, USER_ID)
LAN, LAN6, DECLARED, STRANGER = "192.168.10.1", "2001:db8:10::1", "192.168.10.21", "192.168.10.99"
PASSWORDS = {"yamada": "yamada's long password", "suzuki": "suzuki's long password"}
DROP = textwrap.dedent("""\
      drop:
        smb: true
        people:
          - {name: 山田, account: yamada, smb_password_file: credentials/people/yamada, may_release: true}
          - {name: 鈴木, account: suzuki, smb_password_file: credentials/people/suzuki}
    """)
READY_TIMEOUT_S = 30.0


def site_text(drop: str = DROP) -> str:
    """configs/ip-vpn-claim.yaml with a drop."""
    return SITE.read_text().replace("relay:\n", f"relay:\n{textwrap.indent(drop, '  ')}")


class Network:
    """Two namespaces joined by a wire: the box with its LAN addresses, and the LAN with a declared PC and a stranger."""

    def __init__(self) -> None:
        name = twin_name()
        self.box = Namespace(f"{name}-box")
        self.pc = Namespace(f"{name}-pc")
        box, pc = self.box.name, self.pc.name
        _ip("-n", box, "link", "add", "eth1", "type", "veth", "peer", "name", "eth1", "netns", pc)
        addresses = {
            box: (f"{LAN}/24", f"{LAN6}/64", "192.168.20.10/24"),
            pc: (f"{DECLARED}/24", f"{STRANGER}/24", "2001:db8:10::21/64"),
        }
        for namespace, own in addresses.items():
            for address in own:
                _ip("-n", namespace, "addr", "add", address, "dev", "eth1", *(["nodad"] if ":" in address else []))
            for link in ("lo", "eth1"):
                _ip("-n", namespace, "link", "set", link, "up")

    def close(self) -> None:
        self.pc.close()
        self.box.close()


class ShareBox:
    """A relay's folders and the share before them. A context manager; everything is below `place`."""

    def __init__(self, place: Path, network: Network, drop: str = DROP) -> None:
        self.place = place
        self.network = network
        self.places = Places(place / "state")
        self.log = place / "share.log"
        self.accounts = place / "accounts"
        self.site = place / "site.yaml"
        self._process: subprocess.Popen[bytes] | None = None
        (place / "credentials" / "people").mkdir(parents=True)
        self.accounts.mkdir()
        for logon, password in PASSWORDS.items():
            self.set_password(logon, password)
        self.declare(drop)
        self.places.prepare(("山田",))
        for folder in ("share-state", "run"):
            (place / folder).mkdir()
        self._own()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def people(self) -> Path:
        """The people's folder as the relay sees it."""
        return self.places.drop.parent

    def declare(self, drop: str) -> None:
        """Write the site file, and the accounts as the unit's first line does."""
        self.site.write_text(site_text(drop))
        relay = load_site(self.site).relay
        assert relay is not None
        people = members(relay.drop)
        for name, text in (("passwd", passwd(OWNER, people)), ("group", group(OWNER))):
            (self.accounts / name).write_text(text)

    def set_password(self, logon: str, password: str) -> None:
        file = self.place / "credentials" / "people" / logon
        file.write_text(f"{password}\n")
        file.chmod(0o600)
        self._own()

    def start(self) -> None:
        """Start and wait for READY=1."""
        told = self.place / "notify"
        told.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready, self.log.open("ab") as log:
            ready.bind(str(told))
            told.chmod(0o666)
            ready.settimeout(0.1)
            self._process = subprocess.Popen(
                self.network.box.command("unshare", "--mount", "sh", "-euc", self._script()),
                env=os.environ | {"NOTIFY_SOCKET": str(told), "LANG": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                until(lambda: self._ready(ready), f"READY=1: {self.said()}", READY_TIMEOUT_S)
            except BaseException:
                self.stop()
                raise

    def hang_up(self) -> None:
        """What ExecReload= does after the accounts are written."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._process = None
        return code

    def ended(self) -> int:
        """Its exit code, once it ended by itself."""
        assert self._process is not None
        code = self._process.wait(15)
        self._process = None
        return code

    def kill(self) -> int:
        assert self._process is not None
        self._process.kill()
        return self.ended()

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def pc(self, logon: str = "yamada", **more: object) -> WindowsPc:
        return WindowsPc(self.network.pc, LAN, logon, PASSWORDS[logon], **more)  # type: ignore[arg-type]

    def _ready(self, ready: socket.socket) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"the share ended: {self.said()}")
        try:
            return b"READY=1" in ready.recv(4096)
        except TimeoutError:
            return False

    def _own(self) -> None:
        """Everything here is the relay's, as on a box."""
        for path in (self.place, *self.place.rglob("*")):
            os.chown(path, OWNER.user_id, OWNER.group_id, follow_symlinks=False)

    def _script(self) -> str:
        capability = "-all,+net_bind_service"
        run = [
            *("setpriv", f"--reuid={OWNER.user_id}", f"--regid={OWNER.group_id}", "--clear-groups", "--no-new-privs"),
            *(f"--inh-caps={capability}", f"--ambient-caps={capability}", f"--bounding-set={capability}"),
            *("--pdeathsig", "KILL", "--", sys.executable, "-m", "gateway.cli.main", "share", str(self.site)),
            *("--state-dir", str(self.places.state), "--share-state-dir", str(self.place / "share-state")),
            *("--share-run-dir", str(self.place / "run")),
        ]
        return "\n".join((*self._mounts(), "umask 0077", "exec " + " ".join(f"'{word}'" for word in run)))

    def _mounts(self) -> Iterator[str]:
        """The unit's mounts with our folders in the place of the box's, in systemd's order: the shallow before the deep."""
        stage = self.place / "stage"
        yield f"mkdir -p '{stage}' && mount --rbind '{self.place}' '{stage}'"
        lines = [line.split("=", 1) for line in UNIT.read_text().splitlines() if line.startswith(("Bind", "Temporary"))]
        wanted = [(key, *self._here(value, stage)) for key, value in lines]
        for key, source, target in sorted(wanted, key=lambda one: len(one[2].split("/"))):
            if key == "TemporaryFileSystem":
                yield f"mount -t tmpfs -o mode=755 none '{target}'"
                continue
            folder = "mkdir -p" if not target.startswith("/etc/") else "true"
            yield f"{{ [ -e '{target}' ] || {folder} '{target}'; }} && mount --bind '{source}' '{target}'"
            if key == "BindReadOnlyPaths":
                yield f"mount -o remount,bind,ro '{target}'"
        yield f"mount -o remount,ro '{self.places.state}'"
        yield f"umount --lazy '{stage}'"

    def _here(self, value: str, stage: Path) -> tuple[str, str]:
        source, _, target = value.partition(":")
        target = source if target in {"", "ro"} else target
        return self._moved(source, stage), self._moved(target, self.place)

    @staticmethod
    def _moved(path: str, top: Path) -> str:
        for box, here in (("/run/claim-gateway-share-accounts", "accounts"), ("/var/lib/claim-gateway", "state")):
            if path.startswith(box):
                return str(top / here) + path.removeprefix(box)
        return path


@contextlib.contextmanager
def place() -> Iterator[Path]:
    """A folder that a user without rights may pass through, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="claim-gateway-share-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextlib.contextmanager
def small_disk(place: Path, size: str) -> Iterator[None]:
    """A disk of its own for what will be the relay's state below `place`."""
    state = place / "state"
    state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(state)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(state)], check=True)


@contextlib.contextmanager
def network() -> Iterator[Network]:
    made = Network()
    try:
        yield made
    finally:
        made.close()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)

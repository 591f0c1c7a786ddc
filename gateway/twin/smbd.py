"""A claim terminal's share: a real `smbd`, our own child, with everything it writes inside one folder.

Its user exists only in an nss_wrapper file (https://cwrap.org/nss_wrapper.html), so no account of this machine is touched.
"""

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0
LOOK_EVERY_S = 0.01
USER_ID = 61_184  # systemd's dynamic range: no distribution gives these to people
_PORT = 445

_CONFIGURATION = """\
[global]
  server role = standalone server
  netbios name = TERMINAL
  disable netbios = yes
  smb ports = {port}
  interfaces = {addresses}
  bind interfaces only = yes
  server min protocol = SMB3_00
  server signing = mandatory
  server smb encrypt = required
  map to guest = never
  restrict anonymous = 2
  dns proxy = no
  load printers = no
  printing = bsd
  printcap name = /dev/null
  disable spoolss = yes
  unix charset = UTF-8
  private dir = {place}/private
  lock directory = {place}/lock
  state directory = {place}/state
  cache directory = {place}/cache
  pid directory = {place}/pid
  ncalrpc dir = {place}/ncalrpc
  usershare path =
  log file = {place}/log/smbd
  max log size = 1000
  passdb backend = tdbsam:{place}/private/passdb.tdb
[{share}]
  path = {place}/share
  read only = no
  valid users = {user}
  # The folder above may be closed to everybody but us; who may log on is settled before this.
  force user = root
  strict sync = yes
  create mask = 0600
  directory mask = 0700
  oplocks = no
"""


class SmbdError(Exception):
    """smbd or its account tool did not do what it should; the text says which and shows the end of its log."""


class Smbd:
    """A share on given addresses; a context manager. Needs root and the packages samba and libnss-wrapper.

    `place` is an empty or missing folder for everything of this server; `namespace` a named network namespace, or None for
    the caller's own.
    """

    def __init__(
        self,
        place: Path,
        *,
        user: str,
        password: str,
        addresses: tuple[str, ...] = ("127.0.0.1",),
        port: int = _PORT,
        namespace: str | None = None,
        share: str = "receipt",
        folders: tuple[str, ...] = ("claims", "returns"),
    ) -> None:
        self.place = place
        self.user = user
        self.addresses = addresses
        self.port = port
        self.namespace = namespace
        self.share_name = share
        self._password = password
        self._folders = folders
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def share(self) -> Path:
        """The shared folder, as this machine sees it."""
        return self.place / "share"

    def __enter__(self) -> Self:
        self._prepare()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until every address takes connections. Raises SmbdError."""
        if self._process is not None:
            raise SmbdError("smbd runs already")
        command = [*self._prefix(), "smbd", "-s", str(self._config), "--foreground", "--no-process-group"]
        with (self.place / "log" / "output").open("ab") as output:
            # Its own process group: Ctrl-C goes to whoever owns us, and they stop us in order.
            self._process = subprocess.Popen(
                command,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )
        try:
            self._await_listening()
        except BaseException:
            self.kill()
            raise

    def check(self) -> None:
        """Raise SmbdError if smbd has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise SmbdError(f"smbd ended: {self._log_end()}")

    def stop(self) -> None:
        """End smbd and all its children, gently first. Nothing to do if it does not run."""
        if self._process is None:
            return
        self.resume()
        with _Family(self._process.pid) as family:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._process.wait()
            family.end()
        self._process = None

    def kill(self) -> None:
        """SIGKILL to the whole tree, as a power cut would."""
        if self._process is None:
            return
        self.pause()  # a stopped parent forks no child between our looking and our killing
        with _Family(self._process.pid) as family:
            self._process.kill()
            self._process.wait()
            family.end()
        self._process = None

    def pause(self) -> None:
        """Stop the whole tree where it stands: the share no longer answers, connections stay."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused tree go on."""
        self._signal(signal.SIGCONT)

    def set_password(self, password: str) -> None:
        """Give the user another password, as a person at the terminal would."""
        self._password = password
        self._tool("pdbedit", "-a", "-t", "-u", self.user, stdin=f"{password}\n{password}\n")

    @property
    def _config(self) -> Path:
        return self.place / "smb.conf"

    def _prepare(self) -> None:
        for name in ("private", "lock", "state", "cache", "pid", "ncalrpc", "log", "share"):
            (self.place / name).mkdir(parents=True, exist_ok=True)
        for name in self._folders:
            (self.share / name).mkdir(exist_ok=True)
        accounts = {"root": 0, "nobody": 65_534, self.user: USER_ID}
        lines = [f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n" for name, number in accounts.items()]
        (self.place / "passwd").write_text("".join(lines))
        (self.place / "group").write_text("".join(f"{name}:x:{number}:\n" for name, number in accounts.items()))
        self._config.write_text(
            _CONFIGURATION.format(
                place=self.place,
                port=self.port,
                addresses=" ".join(self.addresses),
                share=self.share_name,
                user=self.user,
            )
        )
        self.set_password(self._password)

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "LD_PRELOAD": "libnss_wrapper.so",
            "NSS_WRAPPER_PASSWD": str(self.place / "passwd"),
            "NSS_WRAPPER_GROUP": str(self.place / "group"),
        }

    def _prefix(self) -> list[str]:
        return ["ip", "netns", "exec", self.namespace] if self.namespace else []

    def _tool(self, *command: str, stdin: str) -> None:
        """Run one of Samba's tools on our configuration; what is secret goes through its standard input."""
        done = subprocess.run(
            [command[0], "-s", str(self._config), *command[1:]],
            env=self._environment(),
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise SmbdError(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-500:]}")

    def _await_listening(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        for address in self.addresses:
            while not self._listens(address):
                if self._process is None or self._process.poll() is not None:
                    raise SmbdError(f"smbd ended while starting: {self._log_end()}")
                if time.monotonic() > deadline:
                    raise SmbdError(f"smbd does not listen on {address} port {self.port}: {self._log_end()}")
                time.sleep(LOOK_EVERY_S)

    def _listens(self, address: str) -> bool:
        """Whether the kernel's socket table, as our smbd's namespace sees it, lists the address in state LISTEN (0A)."""
        if self._process is None:
            return False
        version = 6 if ":" in address else 4
        family = socket.AF_INET6 if version == 6 else socket.AF_INET
        wanted = f"{_kernel_hex(socket.inet_pton(family, address))}:{self.port:04X}"
        try:
            table = Path(f"/proc/{self._process.pid}/net/tcp{'6' if version == 6 else ''}").read_text()
        except FileNotFoundError:
            return False
        rows = (line.split() for line in table.splitlines()[1:])
        return any(row[1] == wanted and row[3] == "0A" for row in rows)

    def _log_end(self) -> str:
        files = sorted((self.place / "log").glob("*"))
        return " ".join(file.read_text(errors="replace")[-500:].strip() for file in files if file.is_file())

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with _Family(self._process.pid) as family:
                family.signal(number)


class _Family:
    """A process and its descendants, held by descriptors: a pid that is used again by a stranger is not hit."""

    def __init__(self, pid: int) -> None:
        self._descriptors: list[int] = []
        for member in (pid, *_descendants(pid)):
            try:
                self._descriptors.append(os.pidfd_open(member))
            except ProcessLookupError:
                continue

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in self._descriptors:
            os.close(descriptor)

    def signal(self, number: signal.Signals) -> None:
        """Send to each that still lives, the parent first."""
        for descriptor in self._descriptors:
            try:
                signal.pidfd_send_signal(descriptor, number)
            except ProcessLookupError:
                continue

    def end(self) -> None:
        """Kill what is left and wait until it is gone; a pidfd is readable once its process has ended."""
        self.signal(signal.SIGKILL)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for descriptor in self._descriptors:
            select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))


def _kernel_hex(packed: bytes) -> str:
    """An address as /proc/net/tcp writes it: 32-bit words in this machine's byte order."""
    words = (packed[i : i + 4] for i in range(0, len(packed), 4))
    return "".join(f"{int.from_bytes(word, 'little'):08X}" for word in words)


def _descendants(pid: int) -> Iterator[int]:
    """Children before their own children, as the kernel lists them (proc(5), CONFIG_PROC_CHILDREN)."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return
    for child in map(int, children):
        yield child
        yield from _descendants(child)

"""A real server as our own child: started, waited for, paused, killed and stopped with everything it forked."""

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0
LOOK_EVERY_S = 0.01


class ServerError(Exception):
    """A server or one of its tools did not do what it should; the text says which and shows the end of its log."""


class Server:
    """A context manager. A subclass prepares its files below `place`, and says what is run and in which environment.

    `namespace` is a named network namespace, or None for the caller's own.
    """

    name: ClassVar[str]
    error: ClassVar[type[ServerError]] = ServerError

    def __init__(self, place: Path, *, addresses: tuple[str, ...], port: int, namespace: str | None) -> None:
        self.place = place
        self.addresses = addresses
        self.port = port
        self.namespace = namespace
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.prepare()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def share(self) -> Path:
        """The folder it offers, as this machine sees it."""
        return self.place / "share"

    def prepare(self) -> None:
        """Make everything the server needs below `place`, `log` among it."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """What is run, in the foreground."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """The whole environment it runs in."""
        raise NotImplementedError

    def start(self) -> None:
        """Start and wait until it is ready. Raises ServerError."""
        if self._process is not None:
            raise self.error(f"{self.name} runs already")
        prefix = ["ip", "netns", "exec", self.namespace] if self.namespace else []
        with (self.place / "log" / "output").open("ab") as output:
            # Its own process group: Ctrl-C goes to whoever owns us, and they stop us in order.
            self._process = subprocess.Popen(
                [*prefix, *self.command()],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )
        try:
            self._await_ready()
        except BaseException:
            self.kill()
            raise

    def check(self) -> None:
        """Raise ServerError if it has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise self.error(f"{self.name} ended: {self._log_end()}")

    def stop(self) -> None:
        """End it and all its children, gently first. Nothing to do if it does not run."""
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
        """Stop the whole tree where it stands: it no longer answers, connections stay."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused tree go on."""
        self._signal(signal.SIGCONT)

    def ready(self) -> bool:
        """Whether it takes connections: every address is listened on."""
        return all(self._listens(address) for address in self.addresses)

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.ready():
            if self._process is None or self._process.poll() is not None:
                raise self.error(f"{self.name} ended while starting: {self._log_end()}")
            if time.monotonic() > deadline:
                raise self.error(f"{self.name} takes no connections: {self._log_end()}")
            time.sleep(LOOK_EVERY_S)

    def _listens(self, address: str) -> bool:
        """Whether the kernel's socket table, as the server's namespace sees it, lists the address in state LISTEN (0A)."""
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
    except (FileNotFoundError, ProcessLookupError):  # it ended before, or while, we looked
        return
    for child in map(int, children):
        yield child
        yield from _descendants(child)

"""A box as a whole machine: QEMU emulating one, so that it runs Debian's own kernel. No KVM: nothing here is a figure of speed.

QEMU sits in a network namespace of its own; each network card is a tap that was made in the neighbour's namespace and
whose file descriptor it inherits. A machine that is switched off leaves the taps where they are.
"""

import json
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.appliance.segments import Namespace
from tests.vm.image import Disk
from tests.vm.kernel import Kernel
from tests.vm.wires import Card, card_address

BOOT_TIMEOUT_S = 400
COMMAND_TIMEOUT_S = 120
HALT_TIMEOUT_S = 120
QEMU = "qemu-system-x86_64"
MEMORY_MIB = 1024


class MachineError(Exception):
    """The machine did not come up, or died. `str()` is the end of its console."""


class Machine:
    """A machine that is switched on."""

    def __init__(self, qemu: subprocess.Popen[bytes], line: socket.socket, console: Path) -> None:
        self.qemu = qemu
        self._line = line
        self._console = console
        self._heard = b""

    def run(
        self, *command: str, check: bool = True, timeout_s: float = COMMAND_TIMEOUT_S
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` on the machine as root."""
        self._ask(command, timeout_s)
        told = json.loads(self._listen(timeout_s + 10))
        done = subprocess.CompletedProcess(command, told["code"], told["out"], told["err"])
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def says(self, *command: str) -> str:
        """What `command` prints, whatever its exit code."""
        return self.run(*command, check=False).stdout.strip()

    def state(self, unit: str) -> str:
        """`active`, `failed`, … as systemctl is-active says."""
        return self.says("systemctl", "is-active", unit)

    def until_booted(self) -> None:
        """Wait until its processes answer, then until systemd has started everything it would."""
        self._listen(BOOT_TIMEOUT_S)
        self.run("systemctl", "is-system-running", "--wait", check=False, timeout_s=BOOT_TIMEOUT_S)

    def since_kernel_start_s(self, unit: str) -> float:
        """When a unit became active, in seconds after the kernel began. Under emulation: an order, not a speed."""
        return int(self.says("systemctl", "show", "-P", "ActiveEnterTimestampMonotonic", unit)) / 1e6

    def restart(self) -> None:
        """As somebody at its console would: it goes down in good order. It is off then; a test gives it power again."""
        self._ask(("systemctl", "--no-block", "reboot"), HALT_TIMEOUT_S)  # who would answer is ended by it
        self.qemu.wait(HALT_TIMEOUT_S)  # -no-reboot: QEMU ends where the machine would begin anew

    def cut_power(self) -> None:
        """Now, in the middle of whatever it does: what the kernel had not written to its disk is gone."""
        self.qemu.kill()
        self.qemu.wait()

    def console(self, lines: int = 40) -> str:
        """The end of what it wrote to its serial console."""
        return "\n".join(self._console.read_text(errors="replace").splitlines()[-lines:])

    def _ask(self, command: Sequence[str], timeout_s: float) -> None:
        self._line.sendall(json.dumps({"argv": command, "timeout": timeout_s}).encode() + b"\n")

    def _listen(self, timeout_s: float) -> bytes:
        """The next line of the agent. Raises MachineError when none comes or the machine is gone."""
        deadline = time.monotonic() + timeout_s
        while b"\n" not in self._heard:
            left = deadline - time.monotonic()
            self._line.settimeout(max(left, 0.01))
            try:
                heard = self._line.recv(65536)
            except TimeoutError:
                raise MachineError(f"no word within {timeout_s:.0f} s\n{self.console()}") from None
            if not heard:
                raise MachineError(f"the machine is gone\n{self.console()}")
            self._heard += heard
        line, _, self._heard = self._heard.partition(b"\n")
        return line


@contextmanager
def switched_on(
    booting: Kernel, kept: Disk, cards: Sequence[Card], around: Namespace, *options: str
) -> Iterator[Machine]:
    """A machine that has just been given power; leaving the block cuts it. `options` go to the kernel's command line."""
    console = kept.file.with_name("console.log")
    with ExitStack() as stack:
        ours, its = socket.socketpair()
        stack.callback(ours.close)
        command = (*_board(booting, console, options), *_disk(kept), *_channel(its), *_network(cards))
        fds = (its.fileno(), *(card.fd for card in cards))
        qemu = subprocess.Popen(
            around.inside("setpriv", "--pdeathsig", "KILL", *command), pass_fds=fds, stdin=subprocess.DEVNULL
        )
        its.close()
        stack.callback(_end, qemu)
        yield Machine(qemu, ours, console)


def _end(qemu: subprocess.Popen[bytes]) -> None:
    if qemu.poll() is None:
        qemu.send_signal(signal.SIGKILL)
    qemu.wait()


def _board(booting: Kernel, console: Path, options: tuple[str, ...]) -> Iterator[str]:
    kernel_line = ("root=/dev/nvme0n1", "rw", "console=ttyS0", "panic=-1", "net.ifnames=0", "mitigations=off", *options)
    yield from (QEMU, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "q35")
    # cx16 is broken in emulation with two processors running at once.
    yield from ("-accel", "tcg,thread=multi", "-cpu", "max,-cx16", "-smp", "2", "-m", str(MEMORY_MIB))
    yield from ("-kernel", str(booting.image), "-append", " ".join(kernel_line), "-serial", f"file:{console}")
    if booting.initrd is not None:
        yield from ("-initrd", str(booting.initrd))
    yield from ("-device", "virtio-rng-pci")


def _disk(kept: Disk) -> Iterator[str]:
    # What the guest wrote stays though QEMU is killed: only what its kernel had not written yet is lost.
    yield from ("-drive", f"file={kept.file},if=none,id=disk,format=raw,cache=unsafe")
    yield from ("-device", "nvme,drive=disk,serial=disk")


def _channel(its: socket.socket) -> Iterator[str]:
    yield from ("-device", "virtio-serial-pci", "-chardev", f"socket,id=lab,fd={its.fileno()}")
    yield from ("-device", "virtserialport,chardev=lab,name=lab")


def _network(cards: Sequence[Card]) -> Iterator[str]:
    for number, card in enumerate(cards):
        yield from ("-netdev", f"{card.backend},id=net{number}")
        yield from ("-device", f"virtio-net-pci,netdev=net{number},mac={card_address(number)},romfile=")


def missing() -> str | None:
    """Why no machine can run here, or None."""
    tools = ("mmdebstrap", "mke2fs", "debugfs", "unshare", "nsenter", "setpriv", QEMU)
    if absent := [tool for tool in tools if shutil.which(tool) is None]:
        return f"not installed: {', '.join(absent)}"
    return None

"""How fast files go in and out over SFTP: `python -m tests.bench.sftp` prints docs/benchmarks.md's table.

OpenSSH's client with its own defaults, against our drop server and against OpenSSH's internal-sftp, one after the other in each
round, on loopback. `put -f` asks sshd for an fsync of each file, which ours does unasked. Ours does all its work meanwhile: fsync and a commit of the ledger before each OK, digest and inspection
after it. The terminal is away, so that what was put can be fetched. Processor and memory are the server's, not the client's.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.relay.sftp_drop.limits import Limits
from gateway.twin.sshd import Sshd
from tests.claims.synthetic import big_claim_file
from tests.relay.conftest import free_port
from tests.relay.sftp_drop.rig import Drop

ROUNDS = 5
BIG_BYTES, SMALL_BYTES, SMALL_FILES = 500_000_000, 100_000, 500
LOOK_EVERY_S = 0.02
QUIET_S, QUIET_SHARE = 2.0, 0.03
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Under:
    """A server under test: where it listens, who may log on, where big and small files go, its first process."""

    port: int
    key: Path
    user: str
    folders: dict[str, str]
    pid: int


@dataclass(frozen=True, slots=True)
class Run:
    """One transfer: seconds, the server's processor seconds, its peak of resident memory in bytes."""

    seconds: float
    processor: float
    peak: int


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _spent(pid: int) -> float:
    """Processor seconds of a process and its ended children."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def _resident(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmRSS:")), 0)


def transfer(server: Under, batch: str) -> Run:
    """One run of sftp(1). The server's processor time is read when the last of its processes for the connection is gone."""
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.is_set():
            peak = max(peak, sum(map(_resident, _family(server.pid))))
            done.wait(LOOK_EVERY_S)

    watching = threading.Thread(target=watch)
    before = sum(map(_spent, _family(server.pid)))
    watching.start()
    begun = time.perf_counter()
    command = ["sftp", "-q", "-F", "none", "-b", "-", "-P", str(server.port), "-i", str(server.key)]
    options = [
        "-oStrictHostKeyChecking=no",
        "-oUserKnownHostsFile=/dev/null",
        "-oLogLevel=ERROR",
        "-oIdentitiesOnly=yes",
    ]
    subprocess.run(
        [*command, *options, f"{server.user}@127.0.0.1"], input=batch, text=True, check=True, stdout=subprocess.DEVNULL
    )
    seconds = time.perf_counter() - begun
    done.set()
    watching.join()
    time.sleep(0.3)  # sshd gathers the times of its children
    return Run(seconds, sum(map(_spent, _family(server.pid))) - before, peak)


def rest(server: Under) -> None:
    """Wait until the server has done what it does after the last OK: what is measured next is measured alone."""
    spent, before = sum(map(_spent, _family(server.pid))), -1.0
    while spent - before > QUIET_SHARE * QUIET_S:
        time.sleep(QUIET_S)
        spent, before = sum(map(_spent, _family(server.pid))), spent


@contextmanager
def ours(place: Path) -> Iterator[Callable[[], Under]]:
    """The drop, begun anew for each round: its ledger and spool are empty then."""
    children: list[subprocess.Popen[bytes]] = []

    def begin() -> Under:
        end()
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        port = free_port()
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.sftp", "--serve", str(place), "--port", str(port)],
            stderr=subprocess.DEVNULL,
        )
        children.append(child)
        while not (place / "ready").exists():
            if child.poll() is not None:
                raise RuntimeError("the drop did not start")
            time.sleep(0.05)
        return Under(port, place / "yamada", "yamada", {"big": "請求", "small": "請求/社保"}, child.pid)

    def end() -> None:
        while children:
            child = children.pop()
            child.terminate()
            child.wait()

    try:
        yield begin
    finally:
        end()


def serve(place: Path, port: int) -> None:
    """The child: a drop until it is ended."""
    limits = replace(Limits(), files_a_day=1_000_000)
    with Drop(place, limits=limits, port=port):
        (place / "ready").touch()
        threading.Event().wait()


def measure(place: Path, rounds: int) -> dict[tuple[str, str], list[Run]]:
    """All runs: (what, whose)."""
    source = place / "source"
    (source / "small").mkdir(parents=True)
    (source / "big.UKE").write_bytes(big_claim_file(BIG_BYTES))
    content = big_claim_file(SMALL_BYTES)
    for number in range(SMALL_FILES):
        (source / "small" / f"F{number:03}.UKE").write_bytes(content)
    found: dict[tuple[str, str], list[Run]] = {}
    with (
        Sshd(place / "sshd", user="relay", port=free_port(), folders=("big", "small")) as sshd,
        ours(place / "ours") as begin,
    ):
        assert sshd._process is not None
        theirs = Under(sshd.port, sshd.key, "relay", {"big": "big", "small": "small"}, sshd._process.pid)
        for number in range(rounds):
            servers = [("ours", begin()), ("sshd", theirs)]
            for name, files, what in (("big", "big.UKE", "1 x 500 MB"), ("small", "small/*", "500 x 100 KB")):
                for whose, server in servers if number % 2 else servers[::-1]:
                    folder, back = server.folders[name], place / "back"
                    back.mkdir()
                    put = transfer(server, f"put {source}/{files} {folder}/\n")
                    found.setdefault((f"put {what}", whose), []).append(put)
                    rest(server)
                    wanted = f"{folder}/big.UKE" if name == "big" else f"{folder}/*"
                    found.setdefault((f"get {what}", whose), []).append(transfer(server, f"get {wanted} {back}/\n"))
                    shutil.rmtree(back)
                synced = transfer(theirs, f"put -f {source}/{files} {theirs.folders[name]}/\n")
                found.setdefault((f"put {what}", "sshd -f"), []).append(synced)
    return found


def report(found: dict[tuple[str, str], list[Run]]) -> Iterator[str]:
    """The table: medians, and ours by sshd's."""
    yield f"{'':18}{'':8}{'seconds':>9}{'MB/s':>8}{'files/s':>9}{'cpu s':>8}{'peak MB':>9}{'ratio':>8}"
    for what in dict.fromkeys(what for what, _ in found):
        size, files = (BIG_BYTES, 1) if "500 MB" in what else (SMALL_BYTES * SMALL_FILES, SMALL_FILES)
        theirs = statistics.median(run.seconds for run in found[what, "sshd"])
        for whose in ("ours", "sshd", "sshd -f"):
            runs = found.get((what, whose), [])
            if not runs:
                continue
            seconds = statistics.median(run.seconds for run in runs)
            processor = statistics.median(run.processor for run in runs)
            peak = max(run.peak for run in runs) / 1e6
            ratio = f"{seconds / theirs:8.2f}" if whose == "ours" else ""
            yield (
                f"{what:18}{whose:8}{seconds:9.2f}{size / seconds / 1e6:8.0f}{files / seconds:9.0f}"
                f"{processor:8.2f}{peak:9.0f}{ratio}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.serve, args.port)
        return
    with tempfile.TemporaryDirectory(prefix="bench-sftp-") as place:
        print("\n".join(report(measure(Path(place), args.rounds))))


if __name__ == "__main__":
    main()

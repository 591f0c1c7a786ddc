"""The proof in a process of its own, short-lived and bounded: the daemon stays small, and whatever goes wrong is a refusal."""

import ctypes
import faulthandler
import gc
import multiprocessing
import resource
import signal
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path

from gateway.proof.model import Answer, Evidence, Judgement, Theorem, Verdict
from gateway.site.model import Site

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_STACKS_BYTES = 512 * 2**20
"""Address space oxidd reserves for its threads, a stack and a heap of 64 MiB each, and hardly touches (0.13, measured: up
to 270 MiB)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one proof may take. An ordinary site needs a tenth of a second and 60 MB (docs/benchmarks.md)."""

    seconds: float = 60.0
    memory_bytes: int = 768 * 2**20
    """What it may take beyond what the process has when it begins. The diagrams are bounded apart, by their nodes."""


ORDINARY = Limits()


def prove_apart(site: Site, evidence: Evidence, limits: Limits = ORDINARY) -> Verdict:
    """Every theorem over the evidence, in a child. Not provable if the child is stopped, killed, or says nothing."""
    began = time.monotonic()
    fork = multiprocessing.get_context("fork")
    answers, sender = fork.Pipe(duplex=False)
    child = fork.Process(target=_work, args=(sender, site, evidence, limits), daemon=True)
    # An interrupt between the fork and the child's first line would print the child's traceback.
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        child.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
    sender.close()  # so that the pipe ends when the child does
    try:
        if not answers.poll(limits.seconds):
            return _refused(evidence, f"the proof took longer than {limits.seconds:g} s and was stopped", began)
        verdict: Verdict = answers.recv()
    except EOFError:
        return _refused(evidence, _how_it_ended(child), began)
    else:
        return verdict
    finally:
        child.kill()
        child.join()
        answers.close()


def _work(sender: Connection, site: Site, evidence: Evidence, limits: Limits) -> None:
    # Killed together: an orphan would keep its parent's lock and sockets from the next start.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    faulthandler.disable()  # a child that is stopped is told by its parent, not by a dump of its stacks
    # Only here: the engine is a twentieth of the daemon's memory, and the daemon never uses it itself.
    from gateway.proof.diagram import Diagrams  # noqa: PLC0415
    from gateway.proof.prove import prove  # noqa: PLC0415

    gc.freeze()  # what was inherited stays shared with the parent
    most = _address_space_bytes() + _STACKS_BYTES + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        verdict = prove(site, evidence, Diagrams())
    except MemoryError:
        return
    sender.send(verdict)


def _address_space_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


def _how_it_ended(child: ForkProcess) -> str:
    child.join()
    if child.exitcode == 0:
        return "the proof needed more memory than it may have"
    if child.exitcode is not None and child.exitcode < 0:
        return f"the process of the proof was ended by {signal.Signals(-child.exitcode).name}"
    return f"the process of the proof failed with exit code {child.exitcode}"


def _refused(evidence: Evidence, reason: str, began: float) -> Verdict:
    todo = f"{reason}. try again; if it stays so, report it with the dump (nft -nn -j list ruleset)"
    judgements = tuple(Judgement(one, Answer.NOT_PROVABLE, todo) for one in Theorem)
    return Verdict(Answer.NOT_PROVABLE, judgements, evidence.findings, todo, time.monotonic() - began)

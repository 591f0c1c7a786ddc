"""Starts the relay as often as a campaign kills it: the program is loaded once, each life is a process forked from that.

Orders come on standard input, one a line: `start`, `kill`, `stop`; the answer to each is the life's end, or its pid.
"""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.journal import Level, configure
from gateway.relay.clock import system_clocks
from gateway.relay.daemon import run
from gateway.relay.pace import Pace
from gateway.relay.smb_lane import Lane
from gateway.site.load import load_site

DEADLINE = timedelta(seconds=2)
HURRIED = Pace(
    settle=timedelta(milliseconds=50),
    incomplete=timedelta(milliseconds=100),
    scan=timedelta(milliseconds=200),
    poll=timedelta(milliseconds=100),
    retry_first=timedelta(milliseconds=50),
    retry_most=timedelta(milliseconds=500),
    refused_logon=timedelta(seconds=1),
    ledger=timedelta(milliseconds=50),
    deadline=DEADLINE,
)
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Obey until standard input ends."""
    site_file, state, calls = map(Path, sys.argv[1:])
    site = load_site(site_file)
    life = 0
    for order in sys.stdin:
        match order.strip():
            case "start":
                life = os.fork()
                if not life:
                    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
                    _live(lambda: run(site, site_file.parent, state, HURRIED, system_clocks()), calls)
                answer = life
            case "kill" | "stop" as how:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(life, signal.SIGKILL if how == "kill" else signal.SIGTERM)
                answer = os.waitstatus_to_exitcode(os.waitpid(life, 0)[1])
            case other:
                raise SystemExit(f"no such order: {other}")
        print(answer, flush=True)


def _live(work: Callable[[], None], calls: Path) -> None:
    """The child's whole life; it never returns into the parent's loop."""
    code = 1
    try:
        configure(to_journal=False, least=Level.INFO)
        _time_each_call(calls)
        work()
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def _time_each_call(calls: Path) -> None:
    """Write down how long every call on the share took, beside how long it may."""
    within = Lane._within
    out = calls.open("a", buffering=1)

    async def timed(lane: Lane, work: Callable[[Any], Any], deadline_s: float) -> Any:
        began = time.monotonic()
        try:
            return await within(lane, work, deadline_s)
        finally:
            out.write(f"[{time.monotonic() - began:.4f}, {deadline_s:.4f}]\n")

    Lane._within = timed  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    main()

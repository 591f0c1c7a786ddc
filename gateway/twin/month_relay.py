"""The relay of the scripted month: the daemon's own `run`, told the time by a file. A program of the twin, not of a box."""

import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.journal import Level, configure
from gateway.relay.clock import Clocks, system_clocks
from gateway.relay.daemon import run
from gateway.relay.pace import Pace
from gateway.site.load import load_site
from gateway.site.model import Drop, Person, Site

RELEASER = "院長"
HURRIED = Pace(
    settle=timedelta(milliseconds=100),
    scan=timedelta(milliseconds=200),
    poll=timedelta(milliseconds=200),
    retry_first=timedelta(milliseconds=100),
    retry_most=timedelta(milliseconds=400),
    chores=timedelta(milliseconds=100),
    deadline=timedelta(seconds=5),
)
"""Waiting is real time, and a month must pass in half a minute."""


def month_site(site: Site) -> Site:
    """The site with one person who may release what is held."""
    if site.relay is None:
        raise ValueError("the month needs a site with a relay")
    drop = Drop(smb=True, people=(Person(name=RELEASER, may_release=True),))
    return site.model_copy(update={"relay": site.relay.model_copy(update={"drop": drop})})


def told_time(file: Path, now: datetime) -> None:
    """Make it `now` in the month, at once and wholly."""
    half = file.with_suffix(".new")
    half.write_text(now.astimezone(UTC).isoformat())
    half.replace(file)


def main() -> None:
    """SITE STATE CLOCK, as the month's stage starts it."""
    site_file, state, clock = map(Path, sys.argv[1:])
    configure(to_journal=False, least=Level.INFO)
    clocks = Clocks(lambda: datetime.fromisoformat(clock.read_text()), system_clocks().steady)
    run(month_site(load_site(site_file)), site_file.absolute().parent, state, HURRIED, clocks)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the stage's to answer
    main()

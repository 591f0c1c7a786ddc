"""Every fault of the campaign once: what the line showed, and how soon answers came again."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.twin.tunnel.campaign import Outcome, campaign
from tests.twin.tunnel.faults import FAULTS
from tests.twin.tunnel.wire import Kind


def outcomes() -> Iterator[Outcome | str]:
    """Each fault's, and at the end what was seen in all."""
    with TemporaryDirectory(prefix="tunnel-bench-") as home, campaign(Path(home)) as running:
        yield from running.run(FAULTS)
        seen = ", ".join(f"{running.tap.seen[kind]} {kind}" for kind in Kind)
        yield f"frames on the line: {seen}; lost to the watch: {running.tap.lost()}"


def report(found: Iterable[Outcome | str]) -> Iterator[str]:
    """A line a fault. Every fault lasts a second or longer, so a silence of a second is none of the tunnel's making."""
    yield f"{'fault':<42}{'cleartext':>10}{'silent':>10}{'answers after mending':>24}"
    for one in found:
        if isinstance(one, str):
            yield one
        else:
            yield f"{one.fault:<42}{one.cleartext:>10}{one.silent_s:>8.2f} s{one.recovered_s:>22.2f} s"

"""Fault after fault on one running tunnel: what was seen on the line meanwhile, and how soon the answers came again."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.site.layout import Layout
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.build import CARD
from gateway.twin.samples import sample_of
from tests.twin.tunnel.enforcer import daemon
from tests.twin.tunnel.faults import ADDRESS, Fault, Struck
from tests.twin.tunnel.rig import SITE_FILE, Line
from tests.twin.tunnel.traffic import FAMILIES, Traffic, asking
from tests.twin.tunnel.wire import Kind, Tap, tapped

ASKS = "terminal"
MAY_ASK = tuple(f"{ASKS}/{family}" for family in FAMILIES)
RECOVERED_WITHIN_S = 60.0
LATE_S = 0.3
"""What comes late counts too."""


class NotRecoveredError(Exception):
    """Answers did not come again in time."""


class NotStruckError(Exception):
    """A fault did nothing: surviving it means nothing."""


class DeafError(Exception):
    """The watch on the line sees nothing any more: a count of 0 means nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One fault's."""

    fault: str
    cleartext: int
    silent_s: float
    """The longest time between two answers, the worse of both families'."""
    recovered_s: float
    """From the mending to the first answer to what was asked since, the worse of both families'."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A tunnel that is up, watched, and asked through."""

    struck: Struck
    tap: Tap
    traffic: Traffic

    def run(self, faults: Iterable[Fault]) -> Iterator[Outcome]:
        """One after the other, each upon a tunnel that works. Raises NotRecoveredError."""
        for fault in faults:
            yield self._suffer(fault)

    def until_answered(self, since: float, what: str) -> float:
        """Wait for an answer to something asked after `since`, in both families; how long after it that was."""
        deadline = since + RECOVERED_WITHIN_S
        while not self.traffic.flows(MAY_ASK, since):
            if time.monotonic() > deadline:
                raise NotRecoveredError(f"{what}: no answer within {RECOVERED_WITHIN_S:.0f} s")
            time.sleep(0.02)
        first = (self.traffic.askers[name].first_answer_after(since) for name in MAY_ASK)
        return max(came for came in first if came is not None) - since

    def _suffer(self, fault: Fault) -> Outcome:
        before, began = Counter(self.tap.seen), time.monotonic()
        self.traffic.quiet = fault.quiet
        fault.strike(self.struck)
        time.sleep(fault.lasts_s)
        if fault.cuts and self.traffic.flows(MAY_ASK[:1], time.monotonic() - fault.lasts_s / 2):
            raise NotStruckError(f"{fault.name}: answers came all the same")
        mended = time.monotonic()
        fault.mend(self.struck)
        recovered_s = self.until_answered(mended, fault.name)
        time.sleep(LATE_S)
        self.traffic.quiet = ""
        seen = self.tap.seen - before
        if not seen[Kind.ENCRYPTED]:
            raise DeafError(f"{fault.name}: nothing was seen on the line, and answers came")
        silent_s = max(self.traffic.askers[name].longest_silence(began) for name in MAY_ASK)
        return Outcome(fault.name, seen[Kind.CLEARTEXT], silent_s, recovered_s)


def campaign_site(home: Path) -> Site:
    """configs/ipsec-router-claim.yaml on a line with room for another address, with one provider and little patience."""
    text = sample_of(Layout("ipsec-router/claim")).read_text()
    for begins, ends in (("relay:", "tunnel:"), ("    - name: west", "  ike:")):  # what has no part in it
        text = text[: text.index(begins)] + text[text.index(ends) :]
    for declared, instead in (
        ("198.51.100.2/30", ADDRESS),
        ("    version: 2\n", "    version: 2\n    dpd_seconds: 5\n"),
    ):
        assert declared in text
        text = text.replace(declared, instead)
    (home / SITE_FILE).write_text(text)
    return load_site(home / SITE_FILE)


@contextmanager
def campaign(home: Path) -> Iterator[Campaign]:
    """The box under its enforcer with its tunnel up; the terminal asks, and so do a PC in lan and the box itself, in vain."""
    with Line(campaign_site(home), home) as line:
        who = {ASKS: line.terminal, "pc": line.pc, "box": line.box}
        with tapped(line.provider, CARD, line.hidden) as tap, asking(who, line.provider, line.system) as traffic:
            began = time.monotonic()
            line.lead_back()
            with daemon(line) as enforcer:
                running = Campaign(Struck(line, enforcer), tap, traffic)
                running.until_answered(began, "first connection")
                yield running

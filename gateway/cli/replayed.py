"""Counterexamples sent for real: what `prove --replay` adds to a verdict."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.cli.command import Refused
from gateway.proof.model import Evidence, Theorem, Verdict
from gateway.site.model import Site

_LINES: dict[str, dict[Any, Any]] = {
    "en": {
        True: "the kernel did the same: it {did} the packet of {theorem}, and without rules it arrives",
        False: "THE KERNEL DID OTHERWISE: it {did} the packet of {theorem}. report this with the evidence",
        None: "undecided: the packet of {theorem} does not arrive without rules either, so its loss says nothing",
        "refused": "not replayed: the packet of {theorem}: {reason}",
        "did": ("dropped", "let through"),
    },
    "ja": {
        True: "カーネルも同じ: {theorem}のパケットを{did}。規則がなければ届く",
        False: "カーネルは異なる: {theorem}のパケットを{did}。証拠を添えて報告する",
        None: "判定不能: {theorem}のパケットは規則がなくても届かない",
        "refused": "再現できない: {theorem}のパケット: {reason}",
        "did": ("破棄した", "通した"),
    },
}


@dataclass(frozen=True, slots=True)
class Replay:
    """What the twin's kernel did with one counterexample; `reason` says why it was not sent."""

    theorem: Theorem
    arrived: bool = False
    agrees: bool | None = None
    reason: str = ""


Replays = tuple[Replay, ...]


def replayed(site: Site, evidence: Evidence, verdict: Verdict) -> Replays:
    """Each counterexample of the verdict, sent through a twin. Raises Refused without root."""
    if os.geteuid() != 0:
        raise Refused("claim-gateway prove --replay: this builds network namespaces. run it as root")
    return tuple(_replays(site, evidence, verdict))


def _replays(site: Site, evidence: Evidence, verdict: Verdict) -> Iterator[Replay]:
    # The twin is for the vendor's bench: a box in a clinic has no scapy, and asks for no replay.
    from gateway.twin.replay import NotReplayable, replay  # noqa: PLC0415

    for judgement in verdict.judgements:
        shown = judgement.counterexample
        if shown is None:
            continue
        try:
            done = replay(site, evidence, shown.packet)
        except NotReplayable as error:
            yield Replay(judgement.theorem, reason=str(error))
        else:
            yield Replay(judgement.theorem, done.arrived, done.agrees(shown.accepted))


def replay_line(one: Replay, lang: str) -> str:
    """In one line, for people."""
    words = _LINES[lang]
    if one.reason:
        return str(words["refused"]).format(theorem=one.theorem, reason=one.reason)
    return str(words[one.agrees]).format(theorem=one.theorem, did=words["did"][one.arrived])


def replay_data(one: Replay) -> dict[str, Any]:
    """For machines: `agrees` is null where nothing can be told."""
    return {"theorem": one.theorem, "arrived": one.arrived, "agrees": one.agrees, "reason": one.reason}

"""The courier's state machine as the table in docs/relay.md, made by walking `step`. `python -m tests.relay.state_table` renews it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from gateway.claims.reader import read
from gateway.relay import effects as do
from gateway.relay.effects import Effect
from gateway.relay.events import (
    Begun,
    Busy,
    Engaged,
    Event,
    Expired,
    Failed,
    Inspected,
    Kept,
    Looked,
    Noted,
    NothingTaken,
    Numbered,
    Occupant,
    PlacedErased,
    Published,
    Rejected,
    Released,
    Restarted,
    Shown,
    Taken,
    TargetLooked,
    Trouble,
    TwinLooked,
    Unshown,
    Verified,
    Withdrawn,
)
from gateway.relay.pace import Pace
from gateway.relay.parcel import Direction, Fingerprint, Hold, Parcel, State
from gateway.relay.step import BUGS_MOST, DIFFERENCES_MOST, ImpossibleTransition, step
from tests.claims.synthetic import claim_file

DOCUMENT = Path(__file__).parents[2] / "docs" / "relay.md"
BLOCK = re.compile(r"(?<=<!-- states -->\n).*?(?=<!-- end of states -->)", re.DOTALL)

SEEN_AT = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)
FILE = Fingerprint(100, "as seen")
SUMMARY = read([claim_file()])
TARGET = PurePosixPath("2021-11/社保/01回目_1108-2310/RECEIPTC.UKE")

# Words for the reader, and the event itself.
EVENTS: tuple[tuple[str, Event], ...] = (
    ("seen again, changed", Looked(Fingerprint(200, "other"), whole=True)),
    ("seen again, rested and whole", Looked(FILE, whole=True)),
    ("nobody writes to it", Engaged()),
    ("somebody writes to it", Busy()),
    ("the spool has it", Taken("d" * 64, 100)),
    ("the spool has nothing", NothingTaken()),
    ("nothing speaks against it", Inspected(SUMMARY, ())),
    ("the same file was sent before", Inspected(SUMMARY, (), "b" * 32)),
    ("a rule speaks against it", Inspected(SUMMARY, ("truncated",))),
    ("a virus", Inspected(SUMMARY, (Hold.VIRUS,))),
    ("the earlier one still lies there", TwinLooked(there=True, number=1, target=str(TARGET))),
    ("the earlier one is gone", TwinLooked(there=False, number=1, target="")),
    ("it has its number", Numbered(1)),
    ("the number is recorded", Begun()),
    ("the target gave back our bytes", Verified()),
    ("the target confirms the name", Published()),
    ("at the final name: our bytes", TargetLooked(Occupant.OURS, temporary=False)),
    ("at the final name: another file", TargetLooked(Occupant.OTHER, temporary=False)),
    ("nothing there, our temporary is", TargetLooked(Occupant.NOTHING, temporary=True)),
    ("nothing there at all", TargetLooked(Occupant.NOTHING, temporary=False)),
    ("slip written, or return put away", Noted()),
    ("copy and note lie in 保留", Shown()),
    ("a person releases it", Released("山田", "見た")),
    ("a person rejects it", Rejected("山田", "見た")),
    ("people took it out of 保留", Withdrawn()),
    ("nothing of it lies in 保留", Unshown()),
    ("trouble that passes", Failed(Trouble.TRANSIENT, 0.0)),
    ("trouble a person must mend", Failed(Trouble.PERSON, 0.0)),
    ("an answer without a word", Failed(Trouble.BUG, 0.0)),
    ("other bytes came back", Failed(Trouble.TRANSIENT, 0.0, differed=True)),
    ("our own fault", Failed(Trouble.FAULT, 0.0)),
    ("the relay starts again", Restarted()),
    ("`retention.spool` is over", Expired(Kept.SPOOL)),
    ("`retention.delivered` is over", Expired(Kept.PLACED)),
    ("what was placed is erased", PlacedErased()),
)

ASKS: dict[type[Effect], str] = {
    do.Engage: "ask for a lease",
    do.Take: "take it",
    do.LookInSpool: "look in the spool",
    do.Inspect: "inspect",
    do.LookForTwin: "look for the earlier one",
    do.Number: "ask for the number",
    do.Begin: "go on",
    do.PutVerified: "write, flush, read back",
    do.Publish: "rename",
    do.LookAtTarget: "look at the target",
    do.Wait: "wait",
    do.Note: "write the slip, or put away",
    do.ShowHeld: "lay copy and note into 保留",
    do.Unshow: "clear 保留",
    do.EraseSpool: "erase our copy",
    do.ErasePlaced: "erase what was placed",
    do.EraseNames: "erase the name",
}


def samples(state: State) -> Iterator[tuple[str, Parcel]]:
    """Parcels in this state, one for each condition that makes a difference, and the words for it."""
    plain = Parcel("a" * 32, Direction.CLAIM, "RECEIPTC.UKE", b"RECEIPTC.UKE", FILE, SEEN_AT, SEEN_AT, state=state)
    sent = replace(plain, digest="d" * 64, size=100, number=1, target=TARGET, attempt=1)
    match state:
        case State.TAKEN:
            yield "", plain
            yield "released", replace(plain, reasons=("truncated",))
            yield "released, still in 保留", replace(plain, reasons=("truncated",), shown=True)
        case State.DELIVERING:
            yield "", sent
            yield f"for the {BUGS_MOST}th time", replace(sent, differed=BUGS_MOST - 1)
            yield f"for the {DIFFERENCES_MOST}th time", replace(sent, differed=DIFFERENCES_MOST - 1)
        case State.RENAMING:
            yield "", sent
            yield f"for the {BUGS_MOST}th time", replace(sent, differed=BUGS_MOST - 1)
            yield "released", replace(sent, reasons=(Hold.UNKNOWN_DELIVERY,))
            yield "released, still in 保留", replace(sent, reasons=(Hold.UNKNOWN_DELIVERY,), shown=True)
        case State.HELD:
            yield "", replace(plain, reasons=("truncated",), shown=True)
            yield "not in 保留 yet", replace(plain, reasons=("truncated",))
            yield "it had its number", replace(sent, reasons=(Hold.UNKNOWN_DELIVERY,), shown=True)
            yield "virus, or impossible name", replace(plain, reasons=(Hold.VIRUS,), shown=True)
        case State.REJECTED:
            yield "", replace(plain, reasons=("truncated",))
            yield "still in 保留", replace(plain, reasons=("truncated",), shown=True)
        case State.DELIVERED | State.NOTED | State.RETIRED | State.CLEARED | State.INSPECTED:
            yield "", sent
        case _:
            yield "", plain


def rows() -> Iterator[tuple[str, str, str, str]]:
    """State, what happens, state after, what is asked for. Troubles that lead to the same share a row."""
    found = list(_rows())
    troubles = [words for words, event in EVENTS if isinstance(event, Failed)]
    for state, words, condition, *outcome in found:
        alike = [one[1] for one in found if one[1] in troubles and (one[0], *one[2:]) == (state, condition, *outcome)]
        if words in alike[1:]:
            continue
        said = ("any trouble" if alike == troubles else "; ".join(alike)) if words in alike else words
        yield state, said + (f" ({condition})" if condition else ""), outcome[0], outcome[1]


def _rows() -> Iterator[tuple[str, str, str, str, str]]:
    """State, what happens, on which condition (empty: the usual case), state after, what is asked for."""
    for state in State:
        conditions = list(samples(state))
        for words, event in EVENTS:
            told: dict[tuple[str, str], list[str]] = {}
            for condition, parcel in conditions:
                if (outcome := _outcome(parcel, event)) is not None:
                    told.setdefault(outcome, []).append(condition)
            usual = next((outcome for outcome, when in told.items() if "" in when), None)
            for outcome, when in told.items():
                yield state, words, "" if outcome == usual else "; ".join(when), *outcome


def _outcome(parcel: Parcel, event: Event) -> tuple[str, str] | None:
    try:
        after, effects = step(parcel, event, SEEN_AT + timedelta(hours=1), Pace())
    except ImpossibleTransition:
        return None
    reasons = f": {' '.join(after.reasons)}" if after.state is State.HELD and parcel.state is not State.HELD else ""
    return f"{after.state}{reasons}", ", ".join(ASKS[type(effect)] for effect in effects) or "–"


def table() -> str:
    """The table in Markdown."""
    lines = ["| state | what happens | becomes | and asks for |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows()]
    return "\n".join(lines) + "\n"


def renew() -> None:
    """Write the table into its place."""
    DOCUMENT.write_text(BLOCK.sub(lambda _: table(), DOCUMENT.read_text()))


if __name__ == "__main__":
    renew()

"""The audit chain, without a database: how a record is written, sealed to the one before, and walked again.

    hash(n) = SHA-256( hash(n-1) in hex, a line feed, record(n) )        hash(0) = 64 zeros

A record is JSON in one spelling only: keys sorted, no spaces, everything but ASCII escaped (RFC 8785's idea, without its
number rules: there are only integers). So anybody can check a chain with a shell and sha256sum. What a chain cannot show
by itself is that its end was cut off; that needs a head that was noted elsewhere, such as in the journal.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

NOTHING_BEFORE = "0" * 64
PRUNED = "pruned"
_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the chain, as it is stored."""

    sequence: int
    record: str
    hash: str

    @property
    def said(self) -> dict[str, Any]:
        """The record's fields; empty if it is no JSON object any more."""
        try:
            fields = json.loads(self.record)
        except ValueError:
            return {}
        return fields if isinstance(fields, dict) else {}


@dataclass(frozen=True, slots=True)
class Head:
    """The chain's newest link. Its text form, `SEQUENCE:HASH`, is what the journal shows and `files verify --head` takes."""

    sequence: int
    hash: str
    at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Head":
        """Read the text form. Raises ValueError."""
        found = _HEAD.fullmatch(text)
        if found is None:
            raise ValueError("not a head: it is SEQUENCE:HASH, as the journal shows it")
        return cls(int(found[1]), found[2])


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold, and why."""

    sequence: int
    why: str


def canonical(fields: Mapping[str, Any]) -> str:
    """The one spelling of a record."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def seal(before: str, record: str) -> str:
    """The hash of a record that follows the link with the hash `before`."""
    return hashlib.sha256(f"{before}\n{record}".encode("utf-8", "surrogatepass")).hexdigest()


def next_link(before: Head | None, fields: Mapping[str, Any], now: datetime) -> Link:
    """The link that says `fields` after `before`; the record carries its own sequence and time."""
    sequence = before.sequence + 1 if before else 1
    record = canonical({**fields, "sequence": sequence, "at": now.isoformat()})
    return Link(sequence, record, seal(before.hash if before else NOTHING_BEFORE, record))


def head_of(link: Link) -> Head:
    """The head a chain has while `link` is its newest. Raises ValueError if the link says no time."""
    return Head(link.sequence, link.hash, datetime.fromisoformat(str(link.said.get("at"))))


def breaks(links: Iterable[Link]) -> Iterator[Break]:
    """Walk a whole chain, oldest link first: every place where it does not hold.

    A chain whose beginning was pruned must say so: a later link names the last one that went, and its hash.
    After a break the walk goes on from what is stored, so that one change is one finding.
    """
    chain = tuple(links)
    if not chain:
        yield Break(0, "there is no chain")
        return
    before = _before(chain)
    if before is None:
        yield Break(chain[0].sequence, "the links before it are gone, and no link says that they were pruned")
        before = Head(chain[0].sequence - 1, "")
    for link in chain:
        if link.sequence != before.sequence + 1:
            yield Break(before.sequence + 1, "it is missing")
        elif before.hash and link.hash != seal(before.hash, link.record):
            yield Break(link.sequence, "it is not what was sealed")
        elif link.said.get("sequence") != link.sequence:
            yield Break(link.sequence, "its record is another link's")
        before = Head(link.sequence, link.hash)


def keeps(links: Iterable[Link], head: Head) -> bool | None:
    """Whether the chain still holds what `head` promised; None if it was pruned since, and cannot be told."""
    chain = {link.sequence: link.hash for link in links}
    if head.sequence in chain:
        return chain[head.sequence] == head.hash
    if chain and head.sequence < min(chain):
        return None
    return False


def _before(chain: tuple[Link, ...]) -> Head | None:
    """What the oldest stored link follows."""
    first = chain[0].sequence
    if first == 1:
        return Head(0, NOTHING_BEFORE)
    anchors = (link.said for link in reversed(chain) if f'"fact":"{PRUNED}"' in link.record)
    anchor = next((said for said in anchors if said.get("through") == first - 1), None)
    return Head(first - 1, str(anchor.get("hash"))) if anchor else None

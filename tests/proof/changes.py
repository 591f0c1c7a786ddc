"""What may be done to a dump: every change is a function from one dump to another. Handles stay, so rules keep their names."""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.proof.model import Dump
from tests.proof.written import OWN, Piece, rule

Change = Callable[[Dump], Dump]


class NotHere(LookupError):
    """This sample has nothing of the kind to change."""


def adding(*pieces: Mapping[str, Any]) -> Change:
    """Something more at the end: another table, or objects."""
    return lambda dump: (*dump, *pieces)


def first_in(chain: str, *said: Piece) -> Change:
    """A rule before all others of our chain."""
    return lambda dump: _placed(dump, chain, rule(chain, *said), last=False)


def last_in(chain: str, *said: Piece) -> Change:
    """A rule after all others of our chain."""
    return lambda dump: _placed(dump, chain, rule(chain, *said), last=True)


def before_last_in(chain: str, *said: Piece) -> Change:
    """A rule before the two that refuse."""

    def change(dump: Dump) -> Dump:
        places = _rules_of(dump, chain)
        at = places[-2] if len(places) > 1 else places[-1]
        return (*dump[:at], rule(chain, *said), *dump[at:])

    return change


def without(wanted: Callable[[str, list[Piece]], bool]) -> Change:
    """Less every rule of ours for which `wanted(chain, expressions)` is true."""

    def change(dump: Dump) -> Dump:
        kept = tuple(one for one in dump if not (_is_ours(one) and wanted(one["rule"]["chain"], one["rule"]["expr"])))
        if len(kept) == len(dump):
            raise NotHere
        return kept

    return change


def edited(kind: str, wanted: Callable[[Piece], bool], edit: Callable[[Piece], None]) -> Change:
    """With every object of a kind changed for which `wanted` is true."""

    def change(dump: Dump) -> Dump:
        found = False
        result: list[Mapping[str, Any]] = []
        for one in dump:
            if kind in one and (one[kind].get("family"), one[kind].get("table")) == OWN and wanted(one[kind]):
                body = copy.deepcopy(one[kind])
                edit(body)
                found = True
                result.append({kind: body})
            else:
                result.append(one)
        if not found:
            raise NotHere
        return tuple(result)

    return change


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(dump: Dump) -> Dump:
        for one in changes:
            dump = one(dump)
        return dump

    return change


def named(name: str) -> Callable[[Piece], bool]:
    return lambda body: body.get("name") == name


def deletions(dump: Dump) -> Iterator[tuple[str, list[Piece], Dump]]:
    """Each rule of the dump missing once: its place in words, what it said, and the dump without it."""
    for at, one in enumerate(dump):
        if "rule" in one:
            body = one["rule"]
            yield f"{body['chain']} {body['handle']}", body["expr"], (*dump[:at], *dump[at + 1 :])


def _placed(dump: Dump, chain: str, piece: Piece, *, last: bool) -> Dump:
    places = _rules_of(dump, chain)
    at = places[-1] + 1 if last else places[0]
    return (*dump[:at], piece, *dump[at:])


def _rules_of(dump: Dump, chain: str) -> list[int]:
    places = [at for at, one in enumerate(dump) if _is_ours(one) and one["rule"]["chain"] == chain]
    if not places:
        raise NotHere
    return places


def _is_ours(one: Any) -> bool:
    return "rule" in one and (one["rule"]["family"], one["rule"]["table"]) == OWN

"""The reader never guesses and never falls: whatever it is given, it reads it or says what it does not understand."""

import copy
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.proof.diagram import Diagrams
from gateway.proof.errors import NotProvable
from gateway.proof.guard import whole_guard
from gateway.proof.model import Answer, Evidence
from gateway.proof.prove import prove
from gateway.proof.read import loads, read
from gateway.proof.ruleset import Kind, Prefix, Span
from gateway.twin.namespace import Namespace
from tests.proof.recorded import dump_of, printed, site_of
from tests.proof.written import OWN, Piece, base, chain, rule, table

SAMPLE = "ip-vpn-claim"
FOREIGN = sorted((Path(__file__).parent / "foreign").glob("*.nft"))
DAMAGES = 90


def one_set(**body: Any) -> Piece:
    return {"set": {"family": OWN[0], "table": OWN[1], "name": "s", "type": "ipv4_addr", "handle": 2, **body}}


def test_tables_chains_rules_and_sets_are_read_in_their_order() -> None:
    element = {"elem": {"val": {"prefix": {"addr": "10.0.0.0", "len": 8}}, "timeout": 5, "expires": 4}}
    made = read(
        (
            table(*OWN),
            one_set(elem=["10.1.1.1", element]),
            base("forward", "forward", -5, policy="drop"),
            rule("forward", {"accept": None}),
        )
    )
    (found,) = made.tables
    assert str(found) == "inet claim_gateway"
    hook = found.chains["forward"].hook
    assert hook is not None
    assert (hook.priority, hook.policy) == (-5, Kind.DROP)
    first, second = found.sets["s"].elements
    assert (first.parts, first.timed) == ((Span("10.1.1.1", "10.1.1.1"),), False)
    assert (second.parts, second.timed) == ((Prefix("10.0.0.0", 8),), True)


@pytest.mark.parametrize(
    "piece",
    [
        {"secmark": {"family": "inet", "table": "claim_gateway", "name": "x"}},
        table("decnet"),
        table(flags=["shy"]),
        table(flags=["dormant", "unknown"]),
        *(table(flags=name) for name in ("owner", "dormant", "persist")),
        table(*OWN),
        chain("here"),
        one_set(fuzzy=True),
        one_set(flags=["fuzzy"]),
        one_set(elem=[{"fuzzy": 1}]),
        one_set(elem=[{"elem": {"val": "10.0.0.1", "limit": {}}}]),
        base("c", "sideways"),
        base("c", "forward", kind="fuzzy"),
        rule("nowhere", {"accept": None}),
        rule("here", {"xt": None}),
        rule("here", {"match": {"op": "~", "left": {"meta": {"key": "mark"}}, "right": 1}}),
        rule("here", {"vmap": {"key": {"meta": {"key": "mark"}}, "data": {"set": [[1, {"fuzzy": None}]]}}}),
        rule("here", {"mangle": {"key": {"ct": {"key": "zone"}}, "value": 1}}),
        {"chain": "forward"},
        {"one": {}, "two": {}},
    ],
    ids=str,
)
def test_what_is_not_known_is_refused_with_its_place(piece: Piece) -> None:
    with pytest.raises(NotProvable) as caught:
        read((table(*OWN), chain("here"), piece))
    assert caught.value.where
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"nftables": 3}', "[" * 100_000, f'{{"nftables": [{"9" * 5000}]}}', '{"nftables": ["\\ud800"]}'],
    ids=["nothing", "list", "object", "number", "deep", "too long a number", "half a surrogate"],
)
def test_what_is_no_dump_is_refused(text: str) -> None:
    with pytest.raises(NotProvable):
        loads(text)


def test_what_is_nested_too_deeply_is_refused() -> None:
    value: Any = {"meta": {"key": "mark"}}
    for _ in range(2000):
        value = {"&": [value, 1]}
    piece = rule("here", {"match": {"op": "==", "left": value, "right": 1}})
    with pytest.raises(NotProvable, match="nested deeper"):
        read((table(*OWN), chain("here"), piece))


def test_jumps_deeper_than_any_kernel_allows_are_refused() -> None:
    deep = [chain(f"c{at}") for at in range(3000)]
    deep += [rule(f"c{at}", {"jump": {"target": f"c{at + 1}"}}) for at in range(2999)]
    dump = (*dump_of(SAMPLE), *deep, rule("forward", {"jump": {"target": "c0"}}))
    verdict = prove(site_of(SAMPLE), Evidence(dump, whole_guard()), Diagrams())
    assert verdict.answer is Answer.NOT_PROVABLE
    assert "deeper than the kernel allows" in verdict.reason


@pytest.mark.parametrize(
    "held", ["x", {"prefix": {"addr": "x", "len": 99}}, {"prefix": {"addr": "10.0.0.0", "len": -(10**30)}}]
)
def test_an_address_that_is_none_is_no_address(held: Any) -> None:
    for sample, name in ((SAMPLE, "claim_goes4"), ("after-hours", "grant_late_claims4")):
        changed = tuple(
            {"set": {**one["set"], "elem": [held]}} if one.get("set", {}).get("name") == name else one
            for one in dump_of(sample)
        )
        assert prove(site_of(sample), Evidence(changed, whole_guard()), Diagrams()).answer is not Answer.PROVED


@pytest.mark.parametrize("seed", range(3))
def test_a_damaged_dump_is_read_or_refused_never_more(seed: int) -> None:
    random, dump = Random(seed), json.loads(json.dumps(dump_of(SAMPLE)))
    for _ in range(DAMAGES // 3):
        damaged = copy.deepcopy(dump)
        _damage(random, damaged[random.randrange(len(damaged))])
        verdict = prove(site_of(SAMPLE), Evidence(tuple(damaged), whole_guard()), Diagrams())
        assert verdict.reason or verdict.answer is Answer.PROVED


@pytest.mark.root
@pytest.mark.parametrize("text", FOREIGN, ids=[path.stem for path in FOREIGN])
def test_other_peoples_rulesets_are_judged(namespace: Namespace, text: Path) -> None:
    dump = printed(namespace, text.read_text())
    alone = prove(site_of(SAMPLE), Evidence(dump, whole_guard()), Diagrams())
    beside = prove(site_of(SAMPLE), Evidence((*dump_of(SAMPLE), *dump[1:]), whole_guard()), Diagrams())
    assert alone.answer is not Answer.PROVED
    for verdict in (alone, beside):
        assert verdict.reason or verdict.answer is Answer.PROVED


def _damage(random: Random, piece: Any) -> None:
    """Somewhere inside: a value replaced, a key gone or new."""
    while isinstance(piece, dict | list) and piece:
        key = random.choice(list(piece)) if isinstance(piece, dict) else random.randrange(len(piece))
        if random.random() < 0.3 or not isinstance(piece[key], dict | list):
            if isinstance(piece, dict) and random.random() < 0.3:
                del piece[key]
            else:
                piece[key] = random.choice(
                    [
                        None,
                        3,
                        -1,
                        True,
                        "x",
                        "*",
                        "@x",
                        [],
                        {},
                        [1, 2],
                        {"set": []},
                        {"prefix": {"addr": "x", "len": 99}},
                    ]
                )
            return
        piece = piece[key]

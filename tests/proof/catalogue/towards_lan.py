"""Ways a terminal could reach lan."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.policy.marks import MAY_FORWARD
from gateway.site.layout import Zone
from tests.proof.catalogue.mutation import Mutation, T
from tests.proof.changes import Change, adding, both, edited, first_in, named
from tests.proof.written import (
    ACCEPT,
    DROP,
    ESTABLISHED,
    MARK,
    NEW,
    OWN,
    RELATED,
    Piece,
    concat,
    field,
    goto,
    jump,
    mark_or,
    match,
    meta,
    payload,
    state,
)

_FEW = {"key": MARK, "value": {"map": {"key": field("ip", "saddr"), "data": {"set": [["10.9.9.9", 1]]}}}}
_DROPS_LESS_THAN_IT_SEEMS: Mapping[str, tuple[Piece, ...]] = {
    "a map lets few reach": ({"mangle": _FEW}, DROP),
    "marks the class first": ({"mangle": {"key": field("ip", "dscp"), "value": 8}}, DROP),
    "answers IPv4 only": ({"reject": {"type": "icmp", "expr": 1}},),
    "is a map's default": ({"vmap": {"key": field("tcp", "dport"), "data": {"set": [[22, DROP], ["*", DROP]]}}},),
}


def towards_lan(ports: Mapping[Zone, str], terminal: Zone) -> Iterator[Mutation]:
    lan, inner = ports[Zone.LAN], ports[terminal]
    from_terminal = meta("iifname", inner)
    back = f"{terminal}_to_lan"
    yield Mutation("accept from the terminal, before the pairs", T.T1, first_in("forward", from_terminal, ACCEPT))
    yield Mutation("accept by a wildcard interface", T.T1, first_in("forward", meta("iifname", "e*"), ACCEPT))
    yield Mutation("accept whatever forwards", T.T1, first_in("forward", ACCEPT))
    yield Mutation("accept new towards lan", T.T1, first_in(back, state(NEW), ACCEPT))
    yield Mutation("accept untracked towards lan", T.T8, first_in(back, state(64), ACCEPT))
    yield Mutation("accept invalid towards lan", T.T8, first_in(back, state(1), ACCEPT))
    yield Mutation("accept one port towards lan", T.T1, first_in(back, payload("tcp", "dport", 445), ACCEPT))
    yield Mutation("accept all but one port", T.T1, first_in(back, payload("tcp", "dport", 22, "!="), ACCEPT))
    yield Mutation("accept UDP of any port", T.T1, first_in(back, meta("l4proto", 17), ACCEPT))
    yield Mutation("accept ping", T.T1, first_in(back, payload("icmp", "type", 8), ACCEPT))
    yield Mutation("accept one IPv6 host", T.T1, first_in(back, payload("ip6", "saddr", "2001:db8::7"), ACCEPT))
    yield Mutation("accept by a mark nobody sets", T.T8, first_in(back, match(MARK, 0x77), ACCEPT))
    for name, ends in _DROPS_LESS_THAN_IT_SEEMS.items():
        yield Mutation(
            f"accept behind a drop that {name}",
            T.T1,
            both(first_in("forward", from_terminal, ACCEPT), first_in("forward", from_terminal, *ends)),
        )
    yield Mutation("accept on one processor only", T.T1, first_in(back, meta("cpu", 3), ACCEPT))
    yield Mutation("accept for one user", T.T1, first_in(back, meta("skuid", 0), ACCEPT))
    yield Mutation(
        "accept by chance",
        T.T1,
        first_in(back, match({"numgen": {"mode": "random", "mod": 9, "offset": 0}}, 0), ACCEPT),
    )
    yield Mutation(
        "accept by raw bytes",
        T.T1,
        first_in(back, match({"payload": {"base": "nh", "offset": 96, "len": 32}}, 7), ACCEPT),
    )
    yield Mutation(
        "accept a few a minute", T.T1, first_in(back, {"limit": {"rate": 1, "burst": 1, "per": "minute"}}, ACCEPT)
    )
    yield Mutation("accept until a quota", T.T1, first_in(back, {"quota": {"val": 5, "val_unit": "mbytes"}}, ACCEPT))
    yield Mutation(
        "accept what a set learned from packets",
        T.T1,
        both(_dynamic_set(), first_in(back, payload("ip", "saddr", "@seen"), ACCEPT)),
    )
    yield Mutation("let a program decide", T.T1, first_in(back, {"queue": {"num": 3}}))
    yield Mutation("a verdict map with a catch-all", T.T1, first_in("forward", _vmap("iifname", [["*", ACCEPT]])))
    yield Mutation(
        "a verdict map with a wildcard", T.T1, first_in("forward", _vmap("iifname", [[inner[:-1] + "*", ACCEPT]]))
    )
    yield Mutation(
        "the pair's chains swapped",
        T.T5,
        edited("map", named("pairs"), lambda body: _swap(body, f"lan_to_{terminal}", back)),
    )
    yield Mutation(
        "a pair sent to an accept",
        T.T1,
        edited("map", named("pairs"), lambda body: _send(body, (inner, lan), ACCEPT)),
    )
    yield Mutation("errors towards lan", T.T2, first_in(back, state(RELATED), jump("errors")))
    yield Mutation("established, either direction", T.T3, first_in(back, state(ESTABLISHED), ACCEPT))
    yield Mutation(
        "established and related, as everybody writes it",
        T.T3,
        first_in("forward", state([ESTABLISHED, RELATED]), ACCEPT),
    )
    yield Mutation("everything but new", T.T3, first_in(back, state(NEW, "!="), ACCEPT))
    yield Mutation(
        "terminals marked for forwarding anywhere", T.T8, first_in(f"from_{terminal}", mark_or(MAY_FORWARD), ACCEPT)
    )
    yield Mutation(
        "jump in place of goto",
        None,
        edited("map", named("pairs"), _jumps),
        why="what returns meets the drop behind the map",
    )


def _vmap(key: str, elements: list[Any]) -> Piece:
    return {"vmap": {"key": {"meta": {"key": key}}, "data": {"set": elements}}}


def _swap(body: Piece, one: str, two: str) -> None:
    for element in body["elem"]:
        target = element[1].get("goto", {}).get("target")
        if target in (one, two):
            element[1] = goto(two if target == one else one)


def _send(body: Piece, pair: tuple[str, str], verdict: Piece) -> None:
    for element in body["elem"]:
        if element[0] == concat(*pair):  # type: ignore[arg-type]  # names stand here where fields stand elsewhere
            element[1] = verdict


def _jumps(body: Piece) -> None:
    for element in body["elem"]:
        element[1] = jump(element[1]["goto"]["target"])


def _dynamic_set() -> Change:
    return adding(
        {
            "set": {
                "family": OWN[0],
                "table": OWN[1],
                "name": "seen",
                "type": "ipv4_addr",
                "handle": 9100,
                "flags": ["dynamic"],
            }
        }
    )

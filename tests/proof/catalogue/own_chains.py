"""Our own chains, changed by hand."""

from collections.abc import Iterator, Mapping

from gateway.policy.marks import MAY_FORWARD
from gateway.proof.model import Dump
from gateway.site.layout import Zone
from tests.proof.catalogue.mutation import Mutation, T
from tests.proof.changes import Change, before_last_in, both, edited, first_in, last_in, named, without
from tests.proof.written import (
    ACCEPT,
    DIRECTION,
    DROP,
    ESTABLISHED,
    NEW,
    RELATED,
    Piece,
    concat,
    field,
    mark_or,
    match,
    meta,
    payload,
    state,
)


def own_chains(ports: Mapping[Zone, str], terminal: Zone) -> Iterator[Mutation]:
    inner, line = ports[terminal], ports.get(Zone.WAN)
    syn = {"&": [field("tcp", "flags"), [2, 16]]}
    yield Mutation(
        "forward: policy accept",
        None,
        edited("chain", named("forward"), _accepts),
        why="its last rule drops everything",
    )
    yield Mutation(
        "forward: policy accept, last drop gone",
        T.T8,
        both(edited("chain", named("forward"), _accepts), _last_gone("forward")),
    )
    yield Mutation("input: accept everything", T.T4, first_in("input", ACCEPT))
    yield Mutation(
        "input: policy accept, last drop gone",
        None,
        both(edited("chain", named("input"), _accepts), _last_gone("input")),
        why="prerouting lets nothing in from an unknown interface",
    )
    yield Mutation("output: accept everything", T.T4, first_in("output", ACCEPT))
    yield Mutation("prerouting: accept everything, unmarked", T.T5, first_in("prerouting", ACCEPT))
    yield Mutation(
        "SSH from the terminal to the box",
        T.T4,
        first_in("input", meta("iifname", inner), payload("tcp", "dport", 22), ACCEPT),
    )
    yield Mutation("ping to the box", T.T4, first_in("input", payload("icmp", "type", 8), ACCEPT))
    yield Mutation(
        "neighbour discovery from afar", T.T4, first_in("input", payload("icmpv6", "type", {"set": [135, 136]}), ACCEPT)
    )
    yield Mutation(
        "simultaneous open", T.T3, without(lambda chain, said: chain == "answer_tcp" and said[0] == match(syn, 2))
    )
    yield Mutation(
        "answers in either direction",
        T.T3,
        edited("rule", lambda body: body["chain"] == "answer_tcp", lambda body: _less(body, match(DIRECTION, 1))),
    )
    yield Mutation(
        "questions in either direction",
        T.T3,
        edited("rule", lambda body: body["chain"] == "start_tcp", lambda body: _less(body, match(DIRECTION, 0))),
    )
    yield Mutation(
        "new without a SYN",
        T.T4,
        edited("rule", lambda body: body["chain"] == "start_tcp", _less_flags),
    )
    yield Mutation(
        "redirects among the errors", T.T2, edited("rule", lambda body: body["chain"] == "errors", _with_redirect)
    )
    yield Mutation("errors of any length", T.T2, edited("rule", lambda body: body["chain"] == "errors", _any_length))
    yield Mutation(
        "errors faster",
        None,
        edited("rule", lambda body: body["chain"] == "errors", _faster),
        why="how many a second is no theorem's matter",
    )
    yield Mutation(
        "errors unlimited",
        None,
        edited("rule", lambda body: body["chain"] == "errors", _unlimited),
        why="the limit only takes away",
    )
    yield Mutation(
        "one family lost",
        T.T5,
        without(lambda chain, said: "_to_" in chain and '"ip6"' in str(said).replace("'", '"') and "goto" in said[-1]),
    )
    yield Mutation(
        "the spoof check gone", T.T7, without(lambda chain, said: chain.startswith("from_") and "fib" in str(said))
    )
    yield Mutation(
        "the weak host check gone", T.T7, without(lambda chain, said: chain == "input" and "fib" in str(said))
    )
    yield Mutation(
        "a counter more",
        None,
        first_in("forward", {"counter": {"packets": 0, "bytes": 0}}),
        why="counts and decides nothing",
    )
    yield Mutation("a log more", None, first_in("forward", {"log": {"prefix": "x"}}), why="says and decides nothing")
    yield Mutation("an accept nobody reaches", T.T8, last_in("start_tcp", ACCEPT))
    yield Mutation("a drop nobody reaches", None, last_in("start_tcp", DROP), why="the drop before it takes everything")
    if line:
        yield Mutation("the line marked for forwarding", T.T8, first_in("from_wan", mark_or(MAY_FORWARD), ACCEPT))
        yield Mutation(
            "any related from the line",
            T.T2,
            first_in(f"wan_to_{terminal}", state(RELATED), match(DIRECTION, 1), ACCEPT),
        )
        yield Mutation(
            "answers that nobody asked for",
            T.T3,
            first_in(f"wan_to_{terminal}", state(ESTABLISHED), match(DIRECTION, 1), meta("l4proto", 17), ACCEPT),
        )
        yield Mutation(
            "the line opens its own answers",
            T.T3,
            before_last_in(f"wan_to_{terminal}", _asks("saddr", "sport", "daddr", "dport"), ACCEPT),
        )
    yield Mutation("masquerade for everybody", T.T9, last_in("translate", {"masquerade": None}))
    yield Mutation(
        "masquerade with random ports",
        None,
        edited("rule", lambda body: body["chain"] == "translate", _random_ports),
        why="the port on the line is no theorem's matter",
    )


def _accepts(body: Piece) -> None:
    body["policy"] = "accept"


def _less(body: Piece, said: Piece) -> None:
    body["expr"] = [one for one in body["expr"] if one != said]


def _less_flags(body: Piece) -> None:
    if state(NEW) in body["expr"]:
        body["expr"] = [one for one in body["expr"] if "flags" not in str(one)]


def _with_redirect(body: Piece) -> None:
    for one in body["expr"]:
        if "match" in one and one["match"]["left"] == field("icmp", "type"):
            one["match"]["right"]["set"].append(5)


def _any_length(body: Piece) -> None:
    body["expr"] = [one for one in body["expr"] if "length" not in str(one)]


def _faster(body: Piece) -> None:
    for one in body["expr"]:
        if "limit" in one:
            one["limit"]["rate"] = 9999


def _unlimited(body: Piece) -> None:
    body["expr"] = [one for one in body["expr"] if "limit" not in one]


def _random_ports(body: Piece) -> None:
    body["expr"] = [{"masquerade": {"flags": "random"}} if "masquerade" in one else one for one in body["expr"]]


def _asks(*sides: str) -> Piece:
    parts = [field("udp" if side.endswith("port") else "ip", side) for side in sides]
    return {"set": {"op": "update", "elem": concat(*parts), "set": "@asked4"}}


def _last_gone(chain: str) -> Change:
    def change(dump: Dump) -> Dump:
        places = [at for at, one in enumerate(dump) if one.get("rule", {}).get("chain") == chain]
        return (*dump[: places[-1]], *dump[places[-1] + 1 :])

    return change

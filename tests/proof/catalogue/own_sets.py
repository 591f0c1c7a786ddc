"""Our own sets, and the LIVE ones."""

from collections.abc import Iterator

from gateway.proof.model import Dump
from tests.proof.catalogue.mutation import Mutation, T
from tests.proof.changes import NotHere, both, edited, first_in, last_in
from tests.proof.written import Piece, concat, field


def own_sets() -> Iterator[Mutation]:
    def first_flow(body: Piece) -> bool:
        return body["name"].endswith(("_tcp4", "_udp4")) and len(body["type"]) == 3 and bool(body.get("elem"))

    def widen(body: Piece) -> None:
        body["elem"][0]["concat"][1] = {"prefix": {"addr": "128.0.0.0", "len": 1}}

    def any_port(body: Piece) -> None:
        body["elem"][0]["concat"][2] = {"range": [0, 65535]}

    yield Mutation("a set widened to half of all destinations", T.T4, edited("set", first_flow, widen))
    yield Mutation("a set widened to every port", T.T4, edited("set", first_flow, any_port))
    yield Mutation(
        "an element more",
        T.T4,
        edited("set", first_flow, lambda body: body["elem"].append({"concat": ["198.18.0.1", "198.18.0.2", 1]})),
    )
    yield Mutation("an element less", T.T5, edited("set", first_flow, lambda body: body["elem"].pop()))
    yield Mutation(
        "an element that will leave",
        T.T5,
        edited(
            "set",
            first_flow,
            lambda body: body["elem"].append({"elem": {"val": body["elem"].pop(), "timeout": 60, "expires": 59}}),
        ),
    )
    yield Mutation(
        "a set that packets may change",
        T.T4,
        both(edited("set", first_flow, lambda body: body.update(flags=["dynamic"]))),
    )
    yield Mutation(
        "a limit in a set",
        None,
        edited("set", first_flow, lambda body: body.update(stmt=[{"counter": None}])),
        why="an element's counter decides nothing",
    )
    yield Mutation(
        "a grant to somebody else",
        T.T4,
        edited(
            "set",
            lambda body: body["name"].startswith("grant_") and body["name"].endswith("4"),
            lambda body: body.update(elem=["198.18.0.9"]),
        ),
    )
    yield Mutation(
        "a window for another pair",
        T.T4,
        edited(
            "set",
            lambda body: body["name"].startswith("open_"),
            lambda body: body.update(elem=[{"concat": ["eth9", "eth8"]}]),
        ),
    )
    yield Mutation(
        "a learned address of the inside",
        T.T4,
        edited(
            "set",
            lambda body: body["name"].startswith("names_") and body["name"].endswith("4"),
            lambda body: body.update(elem=["10.1.20.10", "192.168.10.21"]),
        ),
    )
    yield Mutation(
        "a window open now",
        None,
        edited("set", lambda body: body["name"].startswith("grant_"), lambda body: body.update(elem=[])),
        why="LIVE sets may hold anything inside their envelope",
    )
    yield Mutation("packets open a grant", T.T3, _granting_rule)
    yield Mutation("packets write a flow's set", T.T4, _learning_rule)


def _learning_rule(dump: Dump) -> Dump:
    """A rule of ours that adds the tuple of whoever comes to the first flow's set."""
    for one in dump:
        name = one.get("set", {}).get("name", "")
        if name.endswith("_tcp4") and isinstance(one["set"]["type"], list):
            key = concat(field("ip", "saddr"), field("ip", "daddr"), field("tcp", "dport"))
            return last_in("forward", {"set": {"op": "add", "elem": key, "set": f"@{name}"}})(dump)
    raise NotHere


def _granting_rule(dump: Dump) -> Dump:
    """A rule of ours that grants whoever comes."""
    for one in dump:
        name = one.get("set", {}).get("name", "")
        if name.startswith("grant_") and name.endswith("4"):
            return first_in("input", {"set": {"op": "update", "elem": field("ip", "saddr"), "set": f"@{name}"}})(dump)
    raise NotHere

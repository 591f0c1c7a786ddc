"""What nobody here can read: then nothing is proved."""

from collections.abc import Iterator

from tests.proof.catalogue.mutation import Mutation, T
from tests.proof.changes import adding, edited, first_in, named
from tests.proof.written import ACCEPT, MARK, foreign, jump, mark_or, match, table


def not_understood() -> Iterator[Mutation]:
    yield Mutation("an unknown statement", T.T1, adding(*foreign("forward", ({"xt": None},))), open=True)
    yield Mutation("synproxy", T.T1, adding(*foreign("forward", ({"synproxy": {"mss": 1460}},))), open=True)
    yield Mutation(
        "the conntrack zone written",
        T.T1,
        adding(*foreign("prerouting", ({"mangle": {"key": {"ct": {"key": "zone"}}, "value": 7}},), priority=-300)),
        open=True,
    )
    yield Mutation(
        "an unknown object",
        T.T1,
        adding(table(), {"synproxy": {"family": "inet", "name": "s", "table": "foreign", "handle": 1}}),
        open=True,
    )
    yield Mutation(
        "an unknown key of a chain",
        T.T1,
        edited("chain", named("forward"), lambda body: body.update(offload=True)),
        open=True,
    )
    yield Mutation(
        "an unknown key of a match",
        T.T1,
        first_in("forward", {"match": {"op": "==", "left": MARK, "right": 0, "fuzzy": True}}, ACCEPT),
        open=True,
    )
    yield Mutation("an unknown operator", T.T1, first_in("forward", match(MARK, 0, "~"), ACCEPT), open=True)
    yield Mutation(
        "an unknown hook", T.T1, edited("chain", named("forward"), lambda body: body.update(hook="sideways")), open=True
    )
    yield Mutation("an unknown family", T.T1, adding(table("decnet")), open=True)
    yield Mutation("an unknown flag of a table", T.T1, adding(table(flags=["shy"])), open=True)
    yield Mutation(
        "marks written twice at one priority",
        T.T1,
        adding(*foreign("prerouting", (mark_or(1),), priority=-150)),
        open=True,
    )
    yield Mutation(
        "a chain right at conntrack", T.T1, adding(*foreign("prerouting", (ACCEPT,), priority=-200)), open=True
    )
    yield Mutation("a jump to nowhere", T.T1, first_in("forward", jump("nowhere")), open=True)
    yield Mutation(
        "an element with a quota",
        T.T1,
        edited(
            "set",
            lambda body: body["name"] == "inside4",
            lambda body: body.update(elem=[{"elem": {"val": "10.0.0.1", "quota": {}}}]),
        ),
        open=True,
    )

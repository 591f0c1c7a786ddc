"""What keeps the tunnel's networks in it, changed by hand: every rule of it is missed when it is gone."""

from collections.abc import Callable, Iterator, Mapping

from gateway.policy.marks import TABLE_ALIVE
from gateway.site.layout import Zone
from tests.proof.catalogue.mutation import Mutation, T
from tests.proof.changes import edited, first_in, without
from tests.proof.written import ACCEPT, Piece, mark_or, meta


def tunnel(ports: Mapping[Zone, str]) -> Iterator[Mutation]:
    line = ports[Zone.WAN]
    for hook in ("forward", "output"):
        for family, ip in ((4, "ip"), (6, "ip6")):
            yield Mutation(
                f"{hook}: what only the tunnel may reach is not kept from the line in IPv{family}",
                T.T10,
                without(_drops(hook, ip, "daddr")),
            )
    for family, ip in ((4, "ip"), (6, "ip6")):
        yield Mutation(
            f"the line may bring what only the tunnel reaches in IPv{family}",
            T.T10,
            without(_drops("from_wan", ip, "saddr")),
        )
    yield Mutation("the tunnel may bring what was not encrypted", T.T10, without(_asks_for_ipsec))
    yield Mutation(
        "what the tunnel protects shrinks",
        T.T10,
        edited("set", lambda body: str(body["name"]).startswith("protected"), lambda body: body["elem"].pop()),
    )
    yield Mutation(
        "the mark of the outer packet stays", T.T8, edited("rule", lambda body: _marks_alive(body["expr"]), _only_adds)
    )
    yield Mutation(
        "everything may leave by the line before the pairs are asked",
        T.T10,
        first_in("forward", meta("oifname", line), ACCEPT),
    )
    yield Mutation(
        "everything may leave by the line from the box", T.T10, first_in("output", meta("oifname", line), ACCEPT)
    )


def _drops(chain: str, ip: str, side: str) -> Callable[[str, list[Piece]], bool]:
    def is_it(where: str, said: list[Piece]) -> bool:
        fields = [one["match"]["left"] for one in said if "match" in one]
        sets = [one["match"]["right"] for one in said if "match" in one]
        reads = {"payload": {"protocol": ip, "field": side}} in fields
        return where == chain and reads and any(str(one).startswith("@protected") for one in sets)

    return is_it


def _asks_for_ipsec(_: str, said: list[Piece]) -> bool:
    return any(one.get("match", {}).get("left") == {"meta": {"key": "ipsec"}} for one in said)


def _marks_alive(said: list[Piece]) -> bool:
    return any("&" in str(one.get("mangle", {}).get("value", "")) for one in said)


def _only_adds(body: Piece) -> None:
    body["expr"] = [mark_or(TABLE_ALIVE)]

"""Tables of somebody else, beside ours."""

from collections.abc import Iterator, Mapping

from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.proof.model import Dump
from gateway.site.layout import Zone
from tests.proof.catalogue.mutation import Mutation, T
from tests.proof.changes import adding
from tests.proof.written import ACCEPT, DROP, field, foreign, mark, mark_or, meta, payload, table


def foreign_tables(ports: Mapping[Zone, str], terminal: Zone) -> Iterator[Mutation]:
    inner = ports[terminal]
    yield Mutation(
        "foreign: accept",
        None,
        adding(*foreign("forward", (ACCEPT,), priority=-10)),
        why="accept ends only its own base chain",
    )
    yield Mutation(
        "foreign: counts",
        None,
        adding(*foreign("prerouting", ({"counter": {"packets": 0, "bytes": 0}},), priority=-300)),
        why="counts and decides nothing",
    )
    yield Mutation("foreign: drop", T.T5, adding(*foreign("forward", (DROP,), priority=-10)))
    yield Mutation("foreign: drop by policy", T.T5, adding(*foreign("input", policy="drop")))
    yield Mutation("foreign: drop of one family", T.T5, adding(*foreign("output", (DROP,), family="ip6")))
    yield Mutation(
        "foreign: reject",
        T.T5,
        adding(*foreign("postrouting", ({"reject": {"type": "icmpx", "expr": 1}},), priority=300)),
    )
    yield Mutation(
        "foreign: drop on one processor", T.T5, adding(*foreign("forward", (meta("cpu", 1), DROP), priority=5))
    )
    yield Mutation(
        "foreign: drops when there is too much",
        None,
        adding(
            *foreign("forward", ({"limit": {"rate": 1, "burst": 5, "per": "second", "inv": True}}, DROP), priority=5)
        ),
        why="a limit with room drops nothing; it is noted as rate-limited",
    )
    yield Mutation("foreign: queue", T.T5, adding(*foreign("prerouting", ({"queue": {"num": 0}},), priority=-250)))
    yield Mutation("foreign: notrack", T.T5, adding(*foreign("prerouting", ({"notrack": None},), priority=-300)))
    yield Mutation(
        "foreign: notrack of one family",
        T.T5,
        adding(*foreign("prerouting", ({"notrack": None},), priority=-300, family="ip")),
    )
    yield Mutation(
        "foreign: notrack too late",
        None,
        adding(*foreign("prerouting", ({"notrack": None},), priority=-190)),
        why="conntrack has seen the packet already",
    )
    yield Mutation(
        "foreign: writes the guard's bit first",
        T.T8,
        adding(*foreign("prerouting", (mark_or(MAY_FORWARD),), priority=-160)),
    )
    yield Mutation(
        "foreign: writes the guard's bit after",
        T.T8,
        adding(*foreign("prerouting", (mark_or(MAY_FORWARD),), priority=-140)),
    )
    yield Mutation("foreign: writes the whole mark", T.T5, adding(*foreign("prerouting", (mark(0),), priority=-100)))
    yield Mutation(
        "foreign: restores a mark",
        T.T5,
        adding(*foreign("prerouting", (mark({"ct": {"key": "mark"}}),), priority=-140)),
    )
    yield Mutation(
        "foreign: writes another bit",
        None,
        adding(*foreign("prerouting", (mark_or(1),), priority=-160)),
        why="nobody reads it",
    )
    yield Mutation(
        "foreign: the guard's bit, without effect",
        T.T8,
        adding(*foreign("postrouting", (mark_or(TABLE_ALIVE),), priority=300)),
    )
    yield Mutation(
        "foreign: dnat",
        T.T9,
        adding(*foreign("prerouting", ({"dnat": {"addr": "192.168.10.21"}},), priority=-100, family="ip", kind="nat")),
    )
    yield Mutation(
        "foreign: dnat of one port",
        T.T9,
        adding(
            *foreign(
                "prerouting",
                (payload("tcp", "dport", 8080), {"dnat": {"addr": "192.168.10.21", "port": 445}}),
                priority=-100,
                family="ip",
                kind="nat",
            )
        ),
    )
    yield Mutation(
        "foreign: redirect",
        T.T9,
        adding(
            *foreign(
                "prerouting",
                (payload("tcp", "dport", 80), {"redirect": {"port": 3128}}),
                priority=-100,
                family="ip",
                kind="nat",
            )
        ),
    )
    yield Mutation(
        "foreign: masquerade",
        T.T9,
        adding(*foreign("postrouting", ({"masquerade": None},), priority=100, family="ip", kind="nat")),
    )
    yield Mutation(
        "foreign: masquerade in IPv6",
        T.T9,
        adding(*foreign("postrouting", ({"masquerade": None},), priority=100, family="ip6", kind="nat")),
    )
    yield Mutation(
        "foreign: snat",
        T.T9,
        adding(*foreign("postrouting", ({"snat": {"addr": "192.168.10.21"}},), priority=100, family="ip", kind="nat")),
    )
    yield Mutation(
        "foreign: tproxy",
        T.T9,
        adding(*foreign("prerouting", (meta("l4proto", 6), {"tproxy": {"port": 3128}}), priority=-150 - 5)),
    )
    yield Mutation(
        "foreign: rewrites a destination",
        T.T9,
        adding(
            *foreign(
                "prerouting",
                ({"mangle": {"key": field("ip", "daddr"), "value": "192.168.10.21"}},),
                priority=-300,
                family="ip",
            )
        ),
    )
    yield Mutation(
        "foreign: rewrites the type of service",
        None,
        adding(*foreign("postrouting", ({"mangle": {"key": field("ip", "dscp"), "value": 8}},), priority=-150)),
        why="no decision reads it",
    )
    yield Mutation("netdev: fwd", T.T1, adding(*foreign("ingress", ({"fwd": {"dev": "eth1"}},), family="netdev")))
    yield Mutation("netdev: dup", T.T1, adding(*foreign("ingress", ({"dup": {"addr": "eth1"}},), family="netdev")))
    yield Mutation("netdev: drop", T.T5, adding(*foreign("ingress", (DROP,), family="netdev")), open=True)
    yield Mutation(
        "netdev: a policy that drops", T.T5, adding(*foreign("ingress", family="netdev", policy="drop")), open=True
    )
    yield Mutation("ARP dropped by policy", T.T5, adding(*foreign("input", family="arp", policy="drop")), open=True)
    yield Mutation(
        "a program asked about what is dropped anyway",
        T.T8,
        adding(*foreign("forward", (meta("iifname", inner), meta("oifname", inner), {"queue": None}), priority=-5)),
    )
    yield Mutation(
        "foreign: dup to a host",
        T.T1,
        adding(*foreign("prerouting", ({"dup": {"addr": "192.168.10.21"}},), family="ip", priority=-5)),
    )
    yield Mutation("a bridge with rules", T.T5, adding(*foreign("forward", (DROP,), family="bridge")), open=True)
    yield Mutation("ARP with rules", T.T5, adding(*foreign("input", (DROP,), family="arp")), open=True)
    yield Mutation(
        "a flowtable declared",
        T.T3,
        adding(
            table(),
            {
                "flowtable": {
                    "family": "inet",
                    "name": "f",
                    "table": "foreign",
                    "handle": 2,
                    "hook": "ingress",
                    "prio": 0,
                    "dev": [inner],
                }
            },
        ),
    )
    yield Mutation(
        "sessions into a flowtable",
        T.T3,
        adding(*foreign("forward", ({"flow": {"op": "add", "flowtable": "@f"}},), priority=-5)),
    )
    yield Mutation(
        "a helper declared",
        T.T2,
        adding(
            table(),
            {
                "ct helper": {
                    "family": "inet",
                    "name": "ftp",
                    "table": "foreign",
                    "handle": 2,
                    "type": "ftp",
                    "protocol": "tcp",
                    "l3proto": "inet",
                }
            },
        ),
    )
    yield Mutation("a helper given", T.T2, adding(*foreign("prerouting", ({"ct helper": "ftp"},), priority=-5)))
    yield Mutation(
        "an expectation declared",
        T.T2,
        adding(
            table(),
            {
                "ct expectation": {
                    "family": "inet",
                    "name": "e",
                    "table": "foreign",
                    "handle": 2,
                    "protocol": "tcp",
                    "dport": 445,
                    "timeout": 60000,
                    "size": 12,
                    "l3proto": "ip",
                }
            },
        ),
    )
    yield Mutation("our table put to sleep", T.T5, _asleep)


def _asleep(dump: Dump) -> Dump:
    return tuple({"table": {**one["table"], "flags": ["dormant"]}} if "table" in one else one for one in dump)

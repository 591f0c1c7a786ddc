"""The routing rules: the guard must stand whole and before everything else, since it holds when nftables does not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.policy.model import FAMILIES
from gateway.proof.inventory.asking import listed
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, RoutingRule, Theorem
from gateway.site.values import Family, IpNetwork

LOCAL_TABLE = 255  # RT_TABLE_LOCAL, linux/rtnetlink.h
_TCP, _UDP = 6, 17  # IANA protocol numbers
_DROPS = frozenset({"blackhole", "unreachable", "prohibit", "6", "7", "8"})  # by name or FR_ACT_*, linux/fib_rules.h
_READ = frozenset(
    {
        "priority",
        "src",
        "srclen",
        "dst",
        "dstlen",
        "iif",
        "oif",
        "ipproto",
        "fwmark",
        "fwmask",
        "table",
        "goto",
        "action",
    }
)
_SAY_NOTHING = frozenset({"unresolved", "protocol"})
"""A goto whose target is not there yet says so; who made a rule changes nothing."""
_WHOLE_MARK = 0xFFFFFFFF
_NOT_A_NUMBER = "action"


def read() -> tuple[RoutingRule, ...]:
    """The rules of both families, in the kernel's order. Raises NotObserved."""
    return tuple(
        rule
        for family in FAMILIES
        for rule in parse(listed("ip", "-json", "-Numeric", f"-{family}", "rule", "show"), family)
    )


def parse(objects: Iterable[Mapping[str, Any]], family: Family) -> tuple[RoutingRule, ...]:
    """From `ip -json -Numeric rule` (ip-rule(8))."""
    return tuple(_rule(one, family) for one in objects)


def _rule(one: Mapping[str, Any], family: Family) -> RoutingRule:
    action = str(one.get("action", ""))
    drops = action in _DROPS
    unknown = [key for key in one if key not in _READ | _SAY_NOTHING]
    protocol = str(one.get("ipproto", "0")).removeprefix("ipproto-")
    if not protocol.isdecimal() or (action and not drops) or not str(one.get("table", "0")).isdecimal():
        unknown.append(_NOT_A_NUMBER)
    marked = "fwmark" in one
    return RoutingRule(
        family,
        int(one["priority"]),
        iif=str(one.get("iif", "")),
        oif=str(one.get("oif", "")),
        protocol=int(protocol) if protocol.isdecimal() else 0,
        mark=int(str(one.get("fwmark", "0")), 0),
        mark_mask=int(str(one.get("fwmask", hex(_WHOLE_MARK))), 0) if marked else 0,
        source=_network(one.get("src"), one.get("srclen")),
        destination=_network(one.get("dst"), one.get("dstlen")),
        table=int(str(one.get("table", "0"))) if str(one.get("table", "0")).isdecimal() else 0,
        goto=int(one.get("goto", 0)),
        blackhole=drops,
        unmodelled=tuple(unknown),
    )


def _network(address: object, length: object) -> IpNetwork | None:
    if address in (None, "all"):
        return None
    return ip_network(str(address) if length is None else f"{address}/{length}")


def judge(found: Iterable[RoutingRule], _site: Surroundings) -> Iterator[Finding]:
    """Each family for itself: the guard's five rules come first, in their order, and nothing stands between them."""
    rules = tuple(found)
    for family in FAMILIES:
        yield from _judge(tuple(rule for rule in rules if rule.family == family), family)


def _judge(rules: tuple[RoutingRule, ...], family: Family) -> Iterator[Finding]:
    wanted, there = _guard(family), tuple(map(_bare, rules))
    missing = tuple(one for one in wanted if one not in there)
    for one in missing:
        yield _broken(family, f"the rule “{_words(one)}” is missing")
    end = 1 + max((there.index(one) for one in wanted if one in there), default=-1)
    for rule, bare in zip(rules[:end], there[:end], strict=True):
        if bare not in wanted:
            yield Finding(
                "routing rule",
                f"IPv{family}: rule {rule.priority} “{_words(rule)}” stands before the end of the guard",
                "it is asked before the guard and may route what nobody marked",
                f"remove it: ip -{family} rule del pref {rule.priority}",
                Theorem.T8,
                Answer.NOT_PROVABLE if rule.unmodelled else Answer.DISPROVED,
            )
    if not missing and tuple(dict.fromkeys(bare for bare in there[:end] if bare in wanted)) != wanted:
        yield _broken(family, "its rules stand in another order")


def _broken(family: Family, how: str) -> Finding:
    return Finding(
        "guard",
        f"IPv{family}: the routing guard is not whole: {how}",
        "without nftables the box would forward, or take for itself, what nobody marked",
        "run claim-gateway apply",
        Theorem.T8,
        Answer.DISPROVED,
    )


def _guard(family: Family) -> tuple[RoutingRule, ...]:
    """What must come first, said apart from the wiring. Our own packets pass; the rest needs its mark."""
    return (
        RoutingRule(family, 0, iif="lo", goto=1),
        RoutingRule(family, 0, protocol=_TCP, mark_mask=TABLE_ALIVE, blackhole=True),
        RoutingRule(family, 0, protocol=_UDP, mark_mask=TABLE_ALIVE, blackhole=True),
        RoutingRule(family, 0, table=LOCAL_TABLE),
        RoutingRule(family, 0, mark_mask=MAY_FORWARD, blackhole=True),
    )


def _bare(rule: RoutingRule) -> RoutingRule:
    """Without what does not matter for comparing: where a goto leads is compared by whether it is one."""
    return replace(rule, priority=0, goto=1 if rule.goto else 0)


def _words(rule: RoutingRule) -> str:
    parts = [f"from {rule.source}" if rule.source else "", f"to {rule.destination}" if rule.destination else ""]
    parts += [f"iif {rule.iif}" if rule.iif else "", f"oif {rule.oif}" if rule.oif else ""]
    parts += [f"ipproto {rule.protocol}" if rule.protocol else ""]
    parts += [f"fwmark {rule.mark:#x}/{rule.mark_mask:#x}" if rule.mark_mask else "", " ".join(rule.unmodelled)]
    end = f"lookup {rule.table}" if rule.table else "goto" if rule.goto else "blackhole" if rule.blackhole else ""
    return " ".join(part for part in (*parts, end) if part)

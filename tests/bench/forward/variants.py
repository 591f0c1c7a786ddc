"""The rulesets that are compared: nothing, firewalld's, ours, and ours with one feature taken out at a time. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from gateway.enforcer.transaction import Desired
from gateway.firewall.table import Table
from gateway.wiring.model import Rule, Sysctl, Wiring

FIREWALLD_RULESET = Path(__file__).with_name("firewalld.nft")
"""What Debian 12's firewalld wrote for the same policy; its first lines say how it was made."""


class Name(StrEnum):
    NO_RULES = "no rules"
    FIREWALLD = "firewalld"
    OURS = "claim-gateway"
    NO_GUARD = "no guard"
    NO_IPPROTO = "no ipproto"
    NO_FIB = "no fib"
    NO_RP_FILTER = "no rp_filter"
    NO_RECHECK = "no re-check"
    NO_COUNTERS = "no counters"


FEATURES: dict[Name, str] = {
    Name.NO_GUARD: "the routing guard: rules that blackhole what carries no mark",
    Name.NO_IPPROTO: "the guard's rules by protocol, for which the kernel dissects every packet it routes",
    Name.NO_FIB: "the spoof check by fib, on what is not established",
    Name.NO_RP_FILTER: "the kernel's own reverse path filter on the inside ports (IPv4)",
    Name.NO_RECHECK: "the re-check of established packets against the flow's set, in both directions",
    Name.NO_COUNTERS: "the counters, of flows and of rules",
}
"""What each variant of ours lacks."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What stands in the gateway's namespace. An empty ruleset leaves nftables, and so conntrack, out altogether."""

    name: Name
    ruleset: str
    wiring: Wiring


def variants(desired: Desired) -> tuple[Variant, ...]:
    """All of them for one site."""
    table, wiring = desired.table, desired.wiring
    plain = replace(wiring, rules=(), sysctls=tuple(filter(_forwards, wiring.sysctls)))
    unfiltered = replace(wiring, sysctls=tuple(map(_without_rp_filter, wiring.sysctls)))
    return (
        Variant(Name.NO_RULES, "", plain),
        Variant(Name.FIREWALLD, FIREWALLD_RULESET.read_text(), plain),
        Variant(Name.OURS, table.text(), wiring),
        Variant(Name.NO_GUARD, table.text(), replace(wiring, rules=())),
        Variant(Name.NO_IPPROTO, table.text(), replace(wiring, rules=_of_any_protocol(wiring.rules))),
        Variant(Name.NO_FIB, _edited(table, _without_fib).text(), wiring),
        Variant(Name.NO_RP_FILTER, table.text(), unfiltered),
        Variant(Name.NO_RECHECK, _established_at_once(table).text(), wiring),
        Variant(Name.NO_COUNTERS, _edited(table, _without_counters).text(), wiring),
    )


def _of_any_protocol(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if not rule.protocol)


def _forwards(sysctl: Sysctl) -> bool:
    return sysctl.path in ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding")


def _without_rp_filter(sysctl: Sysctl) -> Sysctl:
    return replace(sysctl, value="0") if sysctl.path.endswith("/rp_filter") else sysctl


def _without_fib(rules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(rule for rule in rules if not rule.startswith("fib "))


def _without_counters(rules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_without_counter(rule) for rule in rules)


def _without_counter(rule: str) -> str:
    words = rule.split(" ")
    while "counter" in words:
        at = words.index("counter")
        named = words[at + 1 : at + 2] == ["name"]
        del words[at : at + (3 if named else 1)]
    return " ".join(words)


def _established_at_once(table: Table) -> Table:
    def first(rules: tuple[str, ...]) -> tuple[str, ...]:
        return ("ct state established accept", *rules)

    return replace(
        table,
        chains=tuple(
            replace(chain, rules=first(chain.rules)) if chain.name == "forward" else chain for chain in table.chains
        ),
    )


def _edited(table: Table, edit: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Table:
    """Every chain edited; an edit that finds nothing to take out would measure nothing, and is an error."""
    edited = replace(table, chains=tuple(replace(chain, rules=edit(chain.rules)) for chain in table.chains))
    if edited == table:
        raise ValueError(f"the table has nothing that {edit.__name__} takes out: mend this benchmark")
    return edited

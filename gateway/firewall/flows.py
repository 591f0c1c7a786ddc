"""One flow as sets and rules: what its starter's side may send, and what may come back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.firewall.live import answer_condition, asked_set, names_set, start_condition, word
from gateway.firewall.rules import ADDRESS_TYPE, IP
from gateway.firewall.table import NamedSet, literal
from gateway.policy.model import Flow, Protocol
from gateway.site.values import Family, IpNetwork, PortRange

START_TCP = "start_tcp"
ANSWER_TCP = "answer_tcp"


def counter_name(flow: Flow) -> str:
    """The named counter of a flow, both directions together."""
    return word(flow.id)


def set_name(flow: Flow, protocol: Protocol, family: Family) -> str:
    """The set that holds one flow's sessions of one protocol and family."""
    return f"{word(flow.id)}_{protocol}{family}"


def named_set_name(flow: Flow, protocol: Protocol, family: Family) -> str:
    """The set that holds who may open what at the flow's learned addresses."""
    return f"named_{word(flow.id)}_{protocol}{family}"


def flow_sets(flow: Flow) -> Iterator[NamedSet]:
    """(initiator . responder . service) for each family and protocol; for host names without the responder."""
    for family in flow.families:
        sources, destinations = flow.in_family(family)
        address = ADDRESS_TYPE[family]
        for protocol in flow.protocols:
            ports = [one.ports for one in flow.services if one.protocol is protocol]
            service, suffixes = ("", ("",)) if ports[0] is None else (" . inet_service", [f" . {one}" for one in ports])
            if destinations:
                pairs = [f"{literal(source)} . {literal(target)}" for source in sources for target in destinations]
                yield NamedSet(
                    set_name(flow, protocol, family),
                    f"{address} . {address}{service}",
                    flags_for((*sources, *destinations), ports),
                    tuple(f"{pair}{suffix}" for pair in pairs for suffix in suffixes),
                )
            if flow.names:
                yield NamedSet(
                    named_set_name(flow, protocol, family),
                    f"{address}{service}",
                    flags_for(sources, ports),
                    tuple(f"{literal(source)}{suffix}" for source in sources for suffix in suffixes),
                )


def flags_for(networks: Iterable[IpNetwork], ports: Iterable[PortRange | None]) -> str:
    """`interval` only where something is a range: the kernel finds a single host faster in a hash."""
    single = all(network.prefixlen == network.max_prefixlen for network in networks)
    return "" if single and all(one is None or one.first == one.last for one in ports) else "interval"


@dataclass(frozen=True, slots=True)
class _Match:
    """How packets of a flow are known, in both directions."""

    family: Family
    protocol: Protocol
    forth: str
    back: str


def _matches(flow: Flow) -> Iterator[_Match]:
    for family in flow.families:
        ip = IP[family]
        for protocol in flow.protocols:
            forth_port, back_port = (f" . {protocol} dport", f" . {protocol} sport")
            if protocol is Protocol.ESP:
                forth_port = back_port = ""
            if flow.in_family(family)[1]:
                known = f"@{set_name(flow, protocol, family)}"
                yield _Match(
                    family,
                    protocol,
                    f"{ip} saddr . {ip} daddr{forth_port} {known}",
                    f"{ip} daddr . {ip} saddr{back_port} {known}",
                )
            if flow.names:
                known, learned = f"@{named_set_name(flow, protocol, family)}", f"@{names_set(flow, family)}"
                yield _Match(
                    family,
                    protocol,
                    f"{ip} saddr{forth_port} {known} {ip} daddr {learned}",
                    f"{ip} daddr{back_port} {known} {ip} saddr {learned}",
                )


def start_rules(flow: Flow) -> Iterator[str]:
    """Packets of the side that starts."""
    note = f'counter name {counter_name(flow)} {{}} comment "{flow.id} {" ".join(flow.clauses)}"'
    for match in _matches(flow):
        ip, condition = IP[match.family], start_condition(flow, match.family)
        match match.protocol:
            case Protocol.TCP:
                yield f"{match.forth} {condition}{note.format(f'goto {START_TCP}')}"
            case Protocol.UDP:
                question = f"update @{asked_set(match.family)} {{ {ip} saddr . udp sport . {ip} daddr . udp dport }} "
                yield (
                    f"{match.forth} {condition}ct state new,established ct direction original "
                    f"{'' if flow.either_asks else question}{note.format('accept')}"
                )
            case _:
                yield (
                    f"{match.forth} meta l4proto {match.protocol} {condition}"
                    f"ct state new,established ct direction original {note.format('accept')}"
                )


def answer_rules(flow: Flow) -> Iterator[str]:
    """Packets of the side that answers."""
    note = f'counter name {counter_name(flow)} {{}} comment "answers to {flow.id}"'
    for match in _matches(flow):
        ip, condition = IP[match.family], answer_condition(flow, match.family)
        match match.protocol:
            case Protocol.TCP:
                yield f"{match.back} {condition}{note.format(f'goto {ANSWER_TCP}')}"
            case Protocol.UDP:
                fresh = f"{ip} daddr . udp dport . {ip} saddr . udp sport @{asked_set(match.family)} "
                yield (
                    f"{match.back} {condition}ct state established ct direction reply "
                    f"{'' if flow.either_asks else fresh}{note.format('accept')}"
                )
            case _:
                yield (
                    f"{match.back} meta l4proto {match.protocol} {condition}"
                    f"ct state established ct direction reply {note.format('accept')}"
                )

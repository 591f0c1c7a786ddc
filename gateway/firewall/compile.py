"""Policy → the table `inet claim_gateway`. Pure: the same policy and ports give the same text.

Shape (docs/enforcement.md): every hook drops by default; `iifname . oifname` picks the chain of one ordered zone pair;
each flow is one concatenated set (initiator . responder . service) per family and protocol, consulted by both
directions of its pair, so no generic "established accept" exists and taking an element out ends its sessions.
"""

from collections.abc import Iterator, Mapping
from itertools import permutations

from gateway.firewall.box import input_chain, output_chain
from gateway.firewall.ingress import ingress_chains
from gateway.firewall.rules import IP, NO_EXTENSION_HEADERS, errors_accepted, own_errors_accepted, refused
from gateway.firewall.table import Chain, Counter, NamedSet, Table, braces, literal
from gateway.policy.model import FAMILIES, Flow, Policy, Protocol
from gateway.policy.networks import merged, of_family
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.values import Family

FAMILY = "inet"
TABLE = "claim_gateway"
ANSWER_TIMEOUT_S = 30
"""How long a UDP question keeps its answer's way open (the kernel's own default for an unanswered UDP entry)."""
ASKED_MAX = 8192
ADDRESS_TYPE: dict[Family, str] = {4: "ipv4_addr", 6: "ipv6_addr"}
_RESET = (
    "tcp flags & rst == 0 limit rate 20/second counter reject with tcp reset "
    'comment "a session unknown here (expired, purged, rebooted): tell our own side at once"'
)
START_TCP = "start_tcp"
ANSWER_TCP = "answer_tcp"
ERRORS = "errors"


def compile_table(policy: Policy, ports: Mapping[Zone, str]) -> Table:
    """The whole table. `ports` names the interface behind each zone of the policy except the box itself."""
    segments = tuple(zone for zone in policy.zones if zone is not Zone.GATEWAY)
    pairs = tuple(permutations(policy.zones, 2))
    return Table(
        FAMILY,
        TABLE,
        tuple(Counter(_name(flow)) for flow in policy.flows),
        (*_flow_sets(policy), *_goes_sets(policy, segments), *_inside_sets(policy), *_asked_sets()),
        (
            *_session_chains(),
            *(_pair_chain(policy, origin, target) for origin, target in pairs),
            *ingress_chains(policy, ports),
            _forward(segments, ports),
            input_chain(ports),
            output_chain(ports),
            *_translation(policy, ports),
        ),
    )


def pair_chain_name(origin: Zone, target: Zone) -> str:
    """The chain that decides one ordered pair."""
    return f"{origin}_to_{target}"


def set_name(flow: Flow, protocol: Protocol, family: Family) -> str:
    """The set that holds one flow's sessions of one protocol and family."""
    return f"{_name(flow)}_{protocol}{family}"


def _name(flow: Flow) -> str:
    return flow.id.replace("-", "_")


def _protocols(flow: Flow) -> tuple[Protocol, ...]:
    return tuple(protocol for protocol in Protocol if any(one.protocol is protocol for one in flow.services))


def _flow_sets(policy: Policy) -> Iterator[NamedSet]:
    for flow in policy.flows:
        for family in flow.families:
            sources, destinations = flow.in_family(family)
            for protocol in _protocols(flow):
                address = ADDRESS_TYPE[family]
                yield NamedSet(
                    set_name(flow, protocol, family),
                    f"{address} . {address} . inet_service",
                    "interval",
                    tuple(
                        f"{literal(source)} . {literal(destination)} . {service.ports}"
                        for source in sources
                        for destination in destinations
                        for service in flow.services
                        if service.protocol is protocol
                    ),
                )


def _goes_sets(policy: Policy, segments: tuple[Zone, ...]) -> Iterator[NamedSet]:
    """Where a terminal may ever be routed to: a second statement of the direction, read by the guard's mark."""
    for zone in segments:
        if zone in TERMINAL_ZONES:
            for family in FAMILIES:
                goes = merged(
                    network
                    for flow in policy.flows
                    if flow.origin is zone and flow.target is not Zone.GATEWAY and family in flow.families
                    for network in flow.in_family(family)[1]
                )
                yield NamedSet(f"{zone}_goes{family}", ADDRESS_TYPE[family], "interval", tuple(map(literal, goes)))


def _inside_sets(policy: Policy) -> Iterator[NamedSet]:
    for family in FAMILIES:
        elements = tuple(literal(network) for _, networks in policy.networks for network in of_family(networks, family))
        yield NamedSet(f"inside{family}", ADDRESS_TYPE[family], "interval", elements)


def _asked_sets() -> Iterator[NamedSet]:
    for family in FAMILIES:
        address = ADDRESS_TYPE[family]
        yield NamedSet(
            f"asked{family}",
            f"{address} . inet_service . {address} . inet_service",
            "dynamic,timeout",
            options=(f"timeout {ANSWER_TIMEOUT_S}s", f"size {ASKED_MAX}"),
        )


def _session_chains() -> Iterator[Chain]:
    yield Chain(
        START_TCP,
        (
            "ct state established ct direction original counter accept",
            "ct state new tcp flags & (fin|syn|rst|ack) == syn counter accept",
            _RESET,
            "counter drop",
        ),
    )
    yield Chain(
        ANSWER_TCP,
        (
            'tcp flags & (syn|ack) == syn counter drop comment "simultaneous open"',
            "ct state established ct direction reply counter accept",
            "counter drop",
        ),
    )
    yield Chain(ERRORS, errors_accepted())


def _pair_chain(policy: Policy, origin: Zone, target: Zone) -> Chain:
    """What may pass from `origin` to `target`: its own sessions, and the answers to the other side's."""
    starts, answers = policy.between(origin, target), policy.between(target, origin)
    initiators = {flow.origin for flow in policy.flows}
    return Chain(
        pair_chain_name(origin, target),
        (
            *(rule for flow in starts for rule in _start_rules(flow)),
            *(rule for flow in answers for rule in _answer_rules(flow)),
            *_error_rules(origin, target, starts=bool(starts), answers=bool(answers)),
            *(_own_words(resets=target in initiators) if origin is Zone.GATEWAY else ()),
            *refused(f"{origin}>{target}", f"{origin} to {target}: not declared"),
        ),
    )


def _start_rules(flow: Flow) -> Iterator[str]:
    note = f'comment "{flow.id} {" ".join(flow.clauses)}"'
    for family in flow.families:
        ip = IP[family]
        for protocol in _protocols(flow):
            match = f"{ip} saddr . {ip} daddr . {protocol} dport @{set_name(flow, protocol, family)}"
            if protocol is Protocol.TCP:
                yield f"{match} counter name {_name(flow)} goto {START_TCP} {note}"
            else:
                yield (
                    f"{match} ct state new,established ct direction original "
                    f"update @asked{family} {{ {ip} saddr . udp sport . {ip} daddr . udp dport }} "
                    f"counter name {_name(flow)} accept {note}"
                )


def _answer_rules(flow: Flow) -> Iterator[str]:
    note = f'comment "answers to {flow.id}"'
    for family in flow.families:
        ip = IP[family]
        for protocol in _protocols(flow):
            match = f"{ip} daddr . {ip} saddr . {protocol} sport @{set_name(flow, protocol, family)}"
            if protocol is Protocol.TCP:
                yield f"{match} counter name {_name(flow)} goto {ANSWER_TCP} {note}"
            else:
                yield (
                    f"{match} ct state established ct direction reply "
                    f"{ip} daddr . udp dport . {ip} saddr . udp sport @asked{family} "
                    f"counter name {_name(flow)} accept {note}"
                )


def _error_rules(origin: Zone, target: Zone, *, starts: bool, answers: bool) -> Iterator[str]:
    """ICMP errors about a live session. Never from a terminal into lan: the box emits its own errors there."""
    if target is Zone.LAN or origin is Zone.GATEWAY:
        return
    if starts:
        yield f"ct state related ct direction original jump {ERRORS}"
    if answers:
        yield f"ct state related ct direction reply jump {ERRORS}"


def _own_words(*, resets: bool) -> Iterator[str]:
    """What the box says for itself: the resets `start_tcp` sends to those who start sessions, and its own errors."""
    if resets:
        yield f'tcp flags & (fin|syn|rst) == rst counter accept comment "the reset that {START_TCP} makes"'
    yield from own_errors_accepted()


def _forward(segments: tuple[Zone, ...], ports: Mapping[Zone, str]) -> Chain:
    pairs = tuple(
        f'"{ports[origin]}" . "{ports[target]}" : goto {pair_chain_name(origin, target)}'
        for origin, target in permutations(segments, 2)
    )
    return Chain(
        "forward",
        (
            NO_EXTENSION_HEADERS,
            *((f"iifname . oifname vmap {braces(pairs)}",) if pairs else ()),
            *refused("no-pair", "no declared pair of zones"),
        ),
        "type filter hook forward priority filter; policy drop;",
    )


def _translation(policy: Policy, ports: Mapping[Zone, str]) -> Iterator[Chain]:
    """The one chain that may rewrite anything: declared source translation, IPv4 only."""
    if policy.translations:
        yield Chain(
            "translate",
            tuple(
                f'oifname "{ports[translation.out]}" ip saddr {braces(tuple(map(literal, translation.sources)))} '
                f'counter masquerade comment "{" ".join(translation.clauses)}"'
                for translation in policy.translations
            ),
            "type nat hook postrouting priority srcnat; policy accept;",
        )

"""Policy → the table `inet claim_gateway`. Pure: the same policy and ports give the same text.

Shape (docs/enforcement.md): every hook drops by default; `iifname . oifname` picks the chain of one ordered zone pair;
each flow is one concatenated set (initiator . responder . service) per family and protocol, consulted by both
directions of its pair, so no generic "established accept" exists and taking an element out ends its sessions.
"""

from collections.abc import Iterator, Mapping
from itertools import permutations

from gateway.firewall.box import input_chain, output_chain, port_maps
from gateway.firewall.flows import ANSWER_TCP, START_TCP, answer_rules, counter_name, flow_sets, start_rules
from gateway.firewall.ingress import goes_set, ingress_chains, segments_map
from gateway.firewall.live import live_sets
from gateway.firewall.rules import ADDRESS_TYPE, errors_accepted, no_extension_headers, own_errors_accepted, refused
from gateway.firewall.table import FAMILY, TABLE, VERDICT, Chain, Counter, NamedSet, Table, braces, literal
from gateway.firewall.tunnel import clamped, protected_sets, tunnel_or_nothing
from gateway.policy.model import FAMILIES, Policy
from gateway.policy.networks import merged, of_family
from gateway.policy.places import Carrier
from gateway.site.layout import TERMINAL_ZONES, Zone

_RESET = (
    "tcp flags & rst == 0 limit rate 20/second counter reject with tcp reset "
    'comment "a session unknown here (expired, purged, rebooted): tell our own side at once"'
)
ERRORS = "errors"
PAIRS = "pairs"


def compile_table(policy: Policy, ports: Mapping[Zone, str], carrier: Carrier = Carrier.XFRM) -> Table:
    """The whole table. `ports` names the interface behind each zone of the policy except the box itself.

    `carrier` is what the tunnel's interface is made of, where there is one.
    """
    segments = tuple(zone for zone in policy.zones if zone is not Zone.GATEWAY)
    return Table(
        FAMILY,
        TABLE,
        tuple(Counter(counter_name(flow)) for flow in policy.flows),
        (
            *live_sets(policy, ports),
            *(one for flow in policy.flows for one in flow_sets(flow)),
            *_goes_sets(policy, segments),
            *_inside_sets(policy),
            *protected_sets(policy),
            segments_map(policy, ports),
            *_pairs_map(segments, ports),
            *port_maps(ports),
        ),
        (
            *_session_chains(),
            *(_pair_chain(policy, origin, target) for origin, target in permutations(policy.zones, 2)),
            *ingress_chains(policy, carrier),
            _forward(policy, segments, ports),
            input_chain(policy, ports),
            output_chain(policy, ports),
            *_translation(policy, ports),
        ),
    )


def pair_chain_name(origin: Zone, target: Zone) -> str:
    """The chain that decides one ordered pair."""
    return f"{origin}_to_{target}"


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
                yield NamedSet(goes_set(zone, family), ADDRESS_TYPE[family], "interval", tuple(map(literal, goes)))


def _inside_sets(policy: Policy) -> Iterator[NamedSet]:
    for family in FAMILIES:
        elements = tuple(literal(one) for _, networks in policy.networks for one in of_family(networks, family))
        yield NamedSet(f"inside{family}", ADDRESS_TYPE[family], "interval", elements)


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
            *clamped(policy, origin, target),
            *(rule for flow in starts for rule in start_rules(flow)),
            *(rule for flow in answers for rule in answer_rules(flow)),
            *_error_rules(origin, target, starts=bool(starts), answers=bool(answers)),
            *(_own_words(resets=target in initiators) if origin is Zone.GATEWAY else ()),
            *refused(f"{origin}>{target}", f"{origin} to {target}: not declared"),
        ),
    )


def _error_rules(origin: Zone, target: Zone, *, starts: bool, answers: bool) -> Iterator[str]:
    """ICMP errors about a live session. Never from a terminal into lan: the box emits its own errors there."""
    if origin is Zone.GATEWAY or (origin in TERMINAL_ZONES and target is Zone.LAN):
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


def _pairs_map(segments: tuple[Zone, ...], ports: Mapping[Zone, str]) -> Iterator[NamedSet]:
    """Which chain decides a pair of ports.

    Named, like every verdict map here: the elements of an anonymous one end a moment before the rules that ask it, and
    a packet that is between them in a reload would find none.
    """
    pairs = tuple(
        f'"{ports[origin]}" . "{ports[target]}" : goto {pair_chain_name(origin, target)}'
        for origin, target in permutations(segments, 2)
    )
    if pairs:
        yield NamedSet(PAIRS, f"ifname . ifname : {VERDICT}", "", pairs)


def _forward(policy: Policy, segments: tuple[Zone, ...], ports: Mapping[Zone, str]) -> Chain:
    return Chain(
        "forward",
        (
            no_extension_headers(policy),
            *tunnel_or_nothing(policy, ports),
            *((f"iifname . oifname vmap @{PAIRS}",) if len(segments) > 1 else ()),
            *refused("no-pair", "no declared pair of zones"),
        ),
        "type filter hook forward priority filter; policy drop;",
    )


def _translation(policy: Policy, ports: Mapping[Zone, str]) -> Iterator[Chain]:
    """The one chain that may rewrite anything: declared source translation, IPv4 only."""
    translations = tuple(one for one in policy.translations if one.sources)
    if translations:
        yield Chain(
            "translate",
            tuple(
                f'oifname "{ports[translation.out]}" ip saddr {braces(tuple(map(literal, translation.sources)))} '
                f'counter masquerade comment "{" ".join(translation.clauses)}"'
                for translation in translations
            ),
            "type nat hook postrouting priority srcnat; policy accept;",
        )

"""LIVE sets: what opens and closes while rules stand. Elements carry kernel time-outs, so they close with no daemon running.

A reload leaves them as they are, but for elements that the new policy lets nobody put there. Each only narrows a rule whose envelope (initiator, responder, service) is fixed by the policy.
"""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address

from gateway.firewall.rules import ADDRESS_TYPE, IP
from gateway.firewall.table import NamedSet
from gateway.policy.learned import may_be_reached
from gateway.policy.model import FAMILIES, Flow, Granted, Policy, Window
from gateway.site.layout import Zone
from gateway.site.values import Family, IpAddress

ANSWER_TIMEOUT_S = 30
"""How long a UDP question keeps its answer's way open (the kernel's own default for an unanswered UDP entry)."""
ASKED_MAX = 8192


def open_set(flow: Flow) -> str:
    """Holds the flow's pair of interfaces while its window is open."""
    return f"open_{word(flow.id)}"


def grant_set(grant: Granted, family: Family) -> str:
    """Holds the sources a person granted."""
    return f"grant_{word(grant.name)}{family}"


def names_set(flow: Flow, family: Family) -> str:
    """Holds the addresses learned for the flow's host names."""
    return f"names_{word(flow.id)}{family}"


def asked_set(family: Family) -> str:
    """Holds the UDP questions whose answers may still come."""
    return f"asked{family}"


def word(name: str) -> str:
    """An nft identifier."""
    return name.replace("-", "_")


def start_condition(flow: Flow, family: Family) -> str:
    """What a packet of the flow must meet besides its addresses and service; a trailing blank if anything."""
    match flow.when:
        case Window():
            return f"iifname . oifname @{open_set(flow)} "
        case Granted() as grant:
            return f"{IP[family]} saddr @{grant_set(grant, family)} "
    return ""


def answer_condition(flow: Flow, family: Family) -> str:
    """The same for the other direction: what closed cuts established sessions too."""
    match flow.when:
        case Window():
            return f"oifname . iifname @{open_set(flow)} "
        case Granted() as grant:
            return f"{IP[family]} daddr @{grant_set(grant, family)} "
    return ""


def open_pair(flow: Flow, ports: Mapping[Zone, str]) -> str:
    """The one element a window has while it is open."""
    return f'"{ports[flow.origin]}" . "{ports[flow.target]}"'


def live_sets(policy: Policy, ports: Mapping[Zone, str]) -> Iterator[NamedSet]:
    """Every LIVE set of the policy, empty: the kernel, the enforcer and the resolver fill them."""
    for flow in policy.flows:
        if isinstance(flow.when, Window):
            pair = open_pair(flow, ports)
            yield NamedSet(open_set(flow), "ifname . ifname", "timeout", live=True, may_hold=pair.__eq__)
        for family in flow.families:
            if isinstance(flow.when, Granted):
                yield _addresses(grant_set(flow.when, family), family, _grantable(policy, flow.when))
            if flow.names:
                yield _addresses(names_set(flow, family), family, _learnable(policy, flow))
    for family in FAMILIES:
        address = ADDRESS_TYPE[family]
        yield NamedSet(
            asked_set(family),
            f"{address} . inet_service . {address} . inet_service",
            "dynamic,timeout",
            options=(f"timeout {ANSWER_TIMEOUT_S}s", f"size {ASKED_MAX}"),
            live=True,
        )


def _grantable(policy: Policy, grant: Granted) -> Callable[[IpAddress], bool]:
    sources = [network for flow in policy.flows if flow.when == grant for network in flow.sources]
    return lambda one: any(one in network for network in sources if network.version == one.version)


def _learnable(policy: Policy, flow: Flow) -> Callable[[IpAddress], bool]:
    return lambda one: may_be_reached(policy, one, flow.target)


def _addresses(name: str, family: Family, may_hold: Callable[[IpAddress], bool]) -> NamedSet:
    def allowed(element: str) -> bool:
        return may_hold(ip_address(element.split(maxsplit=1)[0]))

    return NamedSet(name, ADDRESS_TYPE[family], "timeout", live=True, may_hold=allowed)

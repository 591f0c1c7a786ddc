"""The policy as it holds at this moment: what windows, grants and learned names leave of it. Pure.

The firewall's LIVE sets say what is open; the answer is a policy without conditions, which `verdict` can be asked about.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import ip_address

from gateway.firewall.live import grant_set, names_set, open_set
from gateway.firewall.observed import LiveSet
from gateway.policy.model import FAMILIES, Flow, Granted, Policy, Window
from gateway.policy.networks import hosts
from gateway.site.values import IpNetwork


def in_force(policy: Policy, sets: Mapping[str, LiveSet]) -> Policy:
    """The flows that are open, each with the sources granted and the destinations learned. `sets` are the kernel's."""
    return replace(policy, flows=tuple(_open_flows(policy, sets)))


def _open_flows(policy: Policy, sets: Mapping[str, LiveSet]) -> Iterator[Flow]:
    for flow in policy.flows:
        destinations = flow.destinations
        if flow.names:
            destinations = (*destinations, *_held(names_set(flow, 4), sets), *_held(names_set(flow, 6), sets))
        match flow.when:
            case None:
                yield replace(flow, destinations=destinations, names=())
            case Window() if _held_any(open_set(flow), sets):
                yield replace(flow, destinations=destinations, names=(), when=None)
            case Granted() as grant:
                granted = tuple(one for family in FAMILIES for one in _held(grant_set(grant, family), sets))
                sources = tuple(one for one in granted if any(_within(one, network) for network in flow.sources))
                if sources:
                    yield replace(flow, sources=sources, destinations=destinations, names=(), when=None)


def _held(name: str, sets: Mapping[str, LiveSet]) -> tuple[IpNetwork, ...]:
    return hosts(map(ip_address, sets[name].elements)) if name in sets else ()


def _held_any(name: str, sets: Mapping[str, LiveSet]) -> bool:
    return name in sets and bool(sets[name].elements)


def _within(host: IpNetwork, network: IpNetwork) -> bool:
    return host.version == network.version and host.network_address in network

"""The kernel's IPsec (ip-xfrm(8)): policies put forwarded packets into a tunnel after the rules have seen them; states hold its ends.

The declared tunnel's own belong to its interface by number, and lead between this box and a declared provider.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from gateway.policy.places import TUNNEL_IF_ID
from gateway.proof.inventory.asking import said
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, Theorem
from gateway.site.values import IpNetwork

_SELECTOR = re.compile(r"src (?P<source>[^\s\\]+) dst (?P<destination>[^\s\\]+)")
_DIRECTION = re.compile(r"\b(?P<own>socket|dir) (?P<direction>in|out|fwd)\b")
_INTERFACE = re.compile(r"\bif_id (0x[0-9a-f]+)")
_ENDS = re.compile(r"\btmpl src (?P<source>[^\s\\]+) dst (?P<destination>[^\s\\]+)")
_OPTIONAL = re.compile(r"\blevel use\b")
"""A template of which the kernel may do without: such a policy lets packets pass as they are (`level use`)."""


@dataclass(frozen=True, slots=True)
class Transform:
    """One policy, or one end of a tunnel (`direction` empty), in words. `if_id` 0: it is not bound to an interface."""

    source: str
    destination: str
    direction: str
    if_id: int = 0
    ends: tuple[str, str] | None = None
    """Where the packets are sent once they are encrypted, and from where."""
    optional: bool = False
    state: bool = False


def read() -> tuple[Transform, ...]:
    """The kernel's policies, and the ends of its states without their keys. Raises NotObserved."""
    policies = said("ip", "-oneline", "xfrm", "policy", "list")
    return (*parse(policies), *parse_states(said("ip", "-oneline", "xfrm", "state", "list", "nokeys")))


def parse(text: str) -> tuple[Transform, ...]:
    """From `ip -oneline xfrm policy list`; a line without a selector or a direction keeps an empty one.

    A policy of a single socket (a key exchange daemon passes its own packets so) touches nobody else's packets.
    """
    found = []
    for line in filter(str.strip, text.splitlines()):
        selector, direction, ends = _SELECTOR.search(line), _DIRECTION.search(line), _ENDS.search(line)
        if direction and direction["own"] == "socket":
            continue
        source, destination = selector.groups() if selector else ("", "")
        found.append(
            Transform(
                source,
                destination,
                direction["direction"] if direction else "",
                _if_id(line),
                (ends["source"], ends["destination"]) if ends else None,
                optional=bool(_OPTIONAL.search(line)),
            )
        )
    return tuple(found)


def parse_states(text: str) -> tuple[Transform, ...]:
    """From `ip -oneline xfrm state list nokeys`."""
    found = []
    for line in filter(str.strip, text.splitlines()):
        selector = _SELECTOR.search(line)
        source, destination = selector.groups() if selector else ("", "")
        found.append(Transform(source, destination, "", _if_id(line), (source, destination), state=True))
    return tuple(found)


def _if_id(line: str) -> int:
    found = _INTERFACE.search(line)
    return int(found[1], 16) if found else 0


def judge(found: tuple[Transform, ...], site: Surroundings) -> Iterator[Finding]:
    """None, but those of the declared tunnel's interface, between this box and a declared provider."""
    for one in found:
        if _is_ours(one, site):
            continue
        kind = "IPsec state" if one.state else "IPsec policy"
        what = "a state" if one.state else f"{one.direction or 'a'} policy"
        yield Finding(
            kind,
            f"{what} from {one.source or 'anywhere'} to {one.destination or 'anywhere'}",
            "it lets packets pass unencrypted where it cannot encrypt them"
            if one.optional
            else "it takes packets into or out of a tunnel beside the rules and the routes",
            f"remove it: ip xfrm {'state' if one.state else 'policy'} flush, or stop the program that made it",
            Theorem.T10 if one.optional else Theorem.T1,
            Answer.NOT_PROVABLE,
        )


def _is_ours(one: Transform, site: Surroundings) -> bool:
    if not site.holds_tunnel() or one.if_id != TUNNEL_IF_ID or one.optional:
        return False
    if one.ends is None:
        return True  # it drops, or waits for a key: nothing leaves by it
    return any(_inside(end, site.providers()) for end in one.ends)


def _inside(end: str, networks: tuple[IpNetwork, ...]) -> bool:
    try:
        address = ip_address(end)
    except ValueError:
        return False
    return any(address in network for network in networks if network.version == address.version)

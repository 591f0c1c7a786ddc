"""IPsec policies of the kernel (ip-xfrm(8)): they put forwarded packets into a tunnel after the rules have seen them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.proof.inventory.asking import said
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, Theorem

_SELECTOR = re.compile(r"src (?P<source>\S+) dst (?P<destination>\S+)")
_DIRECTION = re.compile(r"\b(?P<own>socket|dir) (?P<direction>in|out|fwd)\b")
_INTERFACE = re.compile(r"\bif_id (0x[0-9a-f]*[1-9a-f][0-9a-f]*)\b")


@dataclass(frozen=True, slots=True)
class Transform:
    """One policy, in words. `of_interface`: it works only on what is routed into its own interface."""

    source: str
    destination: str
    direction: str
    of_interface: bool


def read() -> tuple[Transform, ...]:
    """The kernel's policies; never its states, which hold keys. Raises NotObserved."""
    return parse(said("ip", "-oneline", "xfrm", "policy", "list"))


def parse(text: str) -> tuple[Transform, ...]:
    """From `ip -oneline xfrm policy list`; a line without a selector or a direction keeps an empty one.

    A policy of a single socket (a key exchange daemon passes its own packets so) touches nobody else's packets.
    """
    found = []
    for line in filter(str.strip, text.splitlines()):
        selector, direction = _SELECTOR.search(line), _DIRECTION.search(line)
        if direction and direction["own"] == "socket":
            continue
        source, destination = selector.groups() if selector else ("", "")
        found.append(
            Transform(source, destination, direction["direction"] if direction else "", bool(_INTERFACE.search(line)))
        )
    return tuple(found)


def judge(found: tuple[Transform, ...], site: Surroundings) -> Iterator[Finding]:
    """None, but those of the declared tunnel's interface."""
    for one in found:
        if not (one.of_interface and site.holds_tunnel()):
            yield Finding(
                "IPsec policy",
                f"{one.direction or 'a'} policy from {one.source or 'anywhere'} to {one.destination or 'anywhere'}",
                "it takes packets into or out of a tunnel beside the rules and the routes",
                "remove it: ip xfrm policy flush, or stop the program that made it",
                Theorem.T1,
                Answer.NOT_PROVABLE,
            )

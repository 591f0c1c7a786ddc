"""Network links: bridges, VRFs and bonds that take a zone's port, second stacks on it, XDP programs before it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.policy.places import DIALLED_PORT, TUNNEL_IF_ID, Carrier
from gateway.proof.inventory.asking import listed
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, Theorem
from gateway.site.layout import Zone

_BRIDGE, _VLAN, _VETH = "bridge", "vlan", "veth"
_RINGS = ("hsr", "prp")
"""Carry frames between the two ports of a ring, which have no master (IEC 62439-3; ip-link(8))."""


@dataclass(frozen=True, slots=True)
class Link:
    """One interface. `lower` is what it stands on (a VLAN's trunk, a macvlan's card), `master` what has taken it."""

    name: str
    kind: str = ""
    lower: str = ""
    master: str = ""
    xdp: bool = False
    if_id: int = 0
    """Of an XFRM interface: the IPsec policies and states it works with."""


def read() -> tuple[Link, ...]:
    """Every link of this namespace. Raises NotObserved."""
    return parse(listed("ip", "-json", "-details", "link", "show"))


def parse(objects: Iterable[Mapping[str, Any]]) -> tuple[Link, ...]:
    """From `ip -json -details link` (ip-link(8))."""
    return tuple(
        Link(
            name=str(one["ifname"]),
            kind=str(one.get("linkinfo", {}).get("info_kind", "")),
            lower=str(one.get("link") or ""),
            master=str(one.get("master", "")),
            xdp="xdp" in one,
            if_id=_number(one.get("linkinfo", {}).get("info_data", {}).get("if_id", 0)),
        )
        for one in objects
    )


def judge(found: Iterable[Link], site: Surroundings) -> Iterator[Finding]:
    """What is wrong with the links under, over and beside the declared ports."""
    links = {link.name: link for link in found}
    for link in links.values():
        if link.kind in _RINGS:
            yield _ring(link)
    for zone, port in site.ports.items():
        if port not in links and port == DIALLED_PORT:
            continue  # a line that is down: nothing passes, and it is no fault of the box's
        if port not in links:
            yield Finding(
                "link",
                f"port {port} of {zone} is not there",
                "no session of this zone can pass",
                "check the cable, the card and the port's name in the site file",
                Theorem.T5,
                Answer.DISPROVED,
            )
            continue
        if zone is Zone.TUNNEL:
            yield from _carrier(links[port], site.carrier)
        for name in _down(links, port):
            yield from _taken(links, links[name], zone)
            yield from _programmed(links[name], zone)
        yield from _stacked(links.values(), port, zone, frozenset(site.ports.values()))


def _number(said: object) -> int:
    """iproute2 prints it in hexadecimal, as text or, in JSON of newer versions, as a number."""
    return said if isinstance(said, int) else int(str(said), 0)


def _carrier(link: Link, wanted: Carrier) -> Iterator[Finding]:
    """Whether the tunnel's interface is what encrypts; in a twin a wire may stand for it."""
    if wanted is Carrier.WIRE or (
        link.kind == wanted and link.if_id == (TUNNEL_IF_ID if wanted is Carrier.XFRM else 0)
    ):
        return
    what = f"an xfrm interface of another id, {link.if_id:#x}" if link.kind == Carrier.XFRM else link.kind or "a card"
    yield Finding(
        "tunnel",
        f"{link.name} is {what}: it is not this box's tunnel",
        "what is routed into it would not be encrypted, or by another's keys",
        f"remove it: ip link delete {link.name}, then claim-gateway apply",
        Theorem.T10,
        Answer.NOT_PROVABLE,
    )


def _down(links: Mapping[str, Link], port: str) -> Iterator[str]:
    """The port and what carries it: a master or a program takes frames from the trunk below as well."""
    seen: set[str] = set()
    name = port
    while name in links and name not in seen:
        seen.add(name)
        yield name
        # A veth names its other end, which carries nothing of ours.
        name = "" if links[name].kind == _VETH else links[name].lower


def _taken(links: Mapping[str, Link], link: Link, zone: str) -> Iterator[Finding]:
    if not link.master:
        return
    kind = links[link.master].kind if link.master in links else "master"
    yield Finding(
        kind,
        f"port {link.name} of {zone} belongs to {kind} {link.master}",
        "frames pass between its members before any rule of the inet table is asked"
        if kind == _BRIDGE
        else "packets no longer come in by the port the rules name",
        f"take it out: ip link set {link.name} nomaster",
        Theorem.T1,
        Answer.DISPROVED if kind == _BRIDGE else Answer.NOT_PROVABLE,
    )


def _ring(link: Link) -> Finding:
    return Finding(
        link.kind,
        f"{link.kind} link {link.name} joins two ports",
        "frames pass between them before any rule is asked, and the ports do not show that they are taken",
        f"remove it: ip link delete {link.name}",
        Theorem.T1,
        Answer.NOT_PROVABLE,
    )


def _programmed(link: Link, zone: str) -> Iterator[Finding]:
    if link.xdp:
        yield Finding(
            "xdp",
            f"an XDP program runs on {link.name} of {zone}",
            "it may redirect frames to another port before any rule is asked",
            f"remove it: ip link set {link.name} xdp off",
            Theorem.T1,
            Answer.NOT_PROVABLE,
        )


def _stacked(links: Iterable[Link], port: str, zone: str, ports: frozenset[str]) -> Iterator[Finding]:
    for link in links:
        if link.lower == port and link.kind not in (_VLAN, _VETH) and link.name not in ports:
            yield Finding(
                link.kind or "link",
                f"{link.kind or 'another'} link {link.name} stands on port {port} of {zone}",
                "it is a second stack on this segment, whose packets do not come in by the port the rules name",
                f"remove it: ip link delete {link.name}",
                Theorem.T1,
                Answer.NOT_PROVABLE,
            )

"""Traffic control: filters at a port's ingress or egress can redirect or rewrite packets past nftables (tc(8))."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.proof.inventory.asking import listed, said
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, Theorem

_INGRESS = {"ingress": ("ingress",), "clsact": ("ingress", "egress")}
_DEFAULT_HANDLE = "0:"
"""A queue the kernel made by itself; no filter can hang on it."""
_SENDS_ELSEWHERE = "mirred"
_BLOCKS = ("ingress_block", "egress_block")


@dataclass(frozen=True, slots=True)
class Queue:
    """One queueing discipline that somebody made."""

    port: str
    kind: str
    shares_filters: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter on a port, with the kinds of its actions. `kind` bpf can act by itself."""

    port: str
    kind: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrafficControl:
    queues: tuple[Queue, ...] = ()
    filters: tuple[Filter, ...] = ()


def read() -> TrafficControl:
    """Queues that are not the kernel's own, and the filters on them. Raises NotObserved."""
    queues = [one for one in listed("tc", "-json", "qdisc", "show") if one.get("handle") != _DEFAULT_HANDLE]
    filters = (
        _filter(str(queue["dev"]), one)
        for queue in queues
        for place in _places(queue)
        for one in listed("tc", "-json", "filter", "show", "dev", str(queue["dev"]), *place.split())
    )
    return TrafficControl(parse_queues(queues), tuple(dict.fromkeys(one for one in filters if one.kind)))


def _places(queue: Mapping[str, Any]) -> tuple[str, ...]:
    """Where filters of a queue hang: at itself, and at each of its classes."""
    port, handle = str(queue["dev"]), str(queue["handle"])
    if str(queue["kind"]) in _INGRESS:
        return _INGRESS[str(queue["kind"])]
    classes = (line.split() for line in said("tc", "class", "show", "dev", port).splitlines())
    inside = (words[2] for words in classes if words[:1] == ["class"] and words[2].startswith(handle))
    return ("parent " + handle, *("parent " + one for one in inside))


def parse_queues(objects: Iterable[Mapping[str, Any]]) -> tuple[Queue, ...]:
    """From `tc -json qdisc`."""
    return tuple(Queue(str(one["dev"]), str(one["kind"]), any(key in one for key in _BLOCKS)) for one in objects)


def _filter(port: str, one: Mapping[str, Any]) -> Filter:
    options = one.get("options")
    actions = options.get("actions", ()) if isinstance(options, dict) else ()
    return Filter(port, str(one.get("kind", "")), tuple(str(action.get("kind", "")) for action in actions))


def judge(found: TrafficControl, _site: Surroundings) -> Iterator[Finding]:
    """Any port counts: a redirect may begin at one that is not declared."""
    for queue in found.queues:
        if queue.shares_filters:
            yield _finding(queue.port, f"a {queue.kind} queue with filters of a shared block", Answer.NOT_PROVABLE)
    for one in found.filters:
        if _SENDS_ELSEWHERE in one.actions:
            yield _finding(one.port, f"a {one.kind} filter that sends packets out of another port", Answer.DISPROVED)
        elif one.actions or one.kind == "bpf":
            what = f" with the actions {', '.join(one.actions)}" if one.actions else ", a program"
            yield _finding(one.port, f"a {one.kind} filter{what}", Answer.NOT_PROVABLE)


def _finding(port: str, what: str, answer: Answer) -> Finding:
    return Finding(
        "traffic control",
        f"on {port} stands {what}",
        "it acts before or after every rule of nftables, so what they allow is not what is sent",
        f"remove it: tc qdisc del dev {port} clsact (or ingress, or root)",
        Theorem.T1,
        answer,
    )

"""Connection tracking: a session that runs against the direction, an expectation, a helper. Read with conntrack(8)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from gateway.policy.model import FAMILIES
from gateway.proof.inventory.asking import said
from gateway.proof.inventory.surroundings import Surroundings, is_terminal
from gateway.proof.model import Answer, Finding, Theorem
from gateway.site.layout import Zone
from gateway.site.values import IpAddress

_END = re.compile(r"\b(src|dst)=(\S+)")
_HELPER = re.compile(r"\bhelper=(\S+)")
_PROTOCOL = re.compile(r"^(?:ipv[46]\s+\d+\s+)?(\w+)")


@dataclass(frozen=True, slots=True)
class Session:
    """One entry: who opened it towards whom, who really answers (another host if it is translated), and its helper."""

    protocol: str
    source: IpAddress
    destination: IpAddress
    answerer: IpAddress
    helper: str = ""


@dataclass(frozen=True, slots=True)
class Tracking:
    sessions: tuple[Session, ...] = ()
    expectations: int = 0


def read(site: Surroundings) -> Tracking:
    """Only the entries that concern the judgement: what patients' PCs ask elsewhere is nobody's business. Raises NotObserved."""
    entries = (
        one for family in FAMILIES for one in parse(said("conntrack", "-L", "-f", f"ipv{family}", "-o", "extended"))
    )
    expected = said("conntrack", "-L", "expect")
    return Tracking(
        tuple(dict.fromkeys(one for one in entries if one.helper or _against(one, site))),
        len([line for line in expected.splitlines() if line.strip()]),
    )


def parse(text: str) -> Iterator[Session]:
    """From `conntrack -L -o extended`: original tuple first, then the one of the answers."""
    for line in filter(str.strip, text.splitlines()):
        ends, protocol, helper = _END.findall(line), _PROTOCOL.match(line), _HELPER.search(line)
        if len(ends) < 4 or protocol is None:
            continue
        source, destination, answerer = (ip_address(address) for _, address in ends[:3])
        yield Session(protocol[1], source, destination, answerer, helper[1] if helper else "")


def judge(found: Tracking, site: Surroundings) -> Iterator[Finding]:
    """Nothing opened by a terminal towards lan, nothing expected, nobody helped."""
    yield from _judge(found.sessions, site)
    if found.expectations:
        yield Finding(
            "expectation",
            f"the kernel expects {found.expectations} session(s) that were announced inside another",
            "such a session counts as related: through an FTP helper a terminal can open one to lan",
            "remove them (conntrack -F expect) and the helper that made them",
            Theorem.T2,
            Answer.DISPROVED,
        )


def _judge(sessions: Iterable[Session], site: Surroundings) -> Iterator[Finding]:
    for one in sessions:
        if one.helper:
            yield Finding(
                "helper",
                f"the {one.protocol} session {one.source} → {one.destination} has the helper {one.helper}",
                "a helper lets the content of one session open another",
                "remove what assigns it, then the session: conntrack -D -s " + str(one.source),
                Theorem.T2,
                Answer.DISPROVED,
            )
        if _against(one, site):
            target = one.destination if site.zone_at(one.destination) is Zone.LAN else one.answerer
            yield Finding(
                "session",
                f"a {one.protocol} session of {one.source} (terminal) to {target} (lan) is in the kernel's table",
                "it was opened against the direction, and rules that trust established sessions would carry it on",
                f"cut it: conntrack -D -s {one.source} -d {one.destination}",
                Theorem.T3,
                Answer.DISPROVED,
            )


def _against(one: Session, site: Surroundings) -> bool:
    return is_terminal(site.zone_at(one.source)) and Zone.LAN in (
        site.zone_at(one.destination),
        site.zone_at(one.answerer),
    )

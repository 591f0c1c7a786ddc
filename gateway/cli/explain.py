"""`claim-gateway explain`: may this session start, by which flow and rule, and what would be allowed instead.

It asks the policy and, apart from it, the compiled rules. If they differ it says both and decides nothing.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.cli.command import Command, Exit
from gateway.cli.endpoints import WrongQuestion, asked_session
from gateway.firewall import part as firewall
from gateway.firewall.live import open_set
from gateway.firewall.packet import Packet
from gateway.firewall.table import Table
from gateway.firewall.trace import Met, Traced, Unreadable, trace
from gateway.policy.derive import derive
from gateway.policy.model import Flow, Policy, Protocol, Session, verdict
from gateway.policy.places import own
from gateway.policy.schedule import SITE_ZONE, schedule
from gateway.report.clauses import CLAUSES, refused_by
from gateway.report.matrix import beside_rules
from gateway.report.nearest import Difference, Nearest, nearest, nearest_text
from gateway.report.wording import Lang, when_text, zone_name
from gateway.site.layout import Layout, Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.words import shown
from gateway.wiring.part import ports

TIME_FORM = "%Y-%m-%d %H:%M"


class Contradiction(Exception):
    """The policy and the compiled rules do not agree, or the rules cannot be read: one line naming both answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What there is to say about one session. `closes` and `opens` are moments of the flow's window, if it has one."""

    session: Session
    at: datetime
    flow: Flow | None
    traced: Traced
    nearest: Nearest | None
    closes: datetime | None
    opens: datetime | None
    dialled: bool = False
    """Whether a terminal's own dial-up passes between the two, which no rule sees."""

    @property
    def clauses(self) -> tuple[str, ...]:
        """What allows the session, or what it would break."""
        if self.flow:
            return self.flow.clauses
        if self.nearest and self.nearest.only_closed:
            return self.nearest.flow.clauses
        return refused_by(self.session)

    @property
    def rules(self) -> tuple[Met, ...]:
        """The flow's own rule, if one allows the session, and the rule that decided."""
        named = [met for met in self.traced.rules if self.flow and f'comment "{self.flow.id} ' in met.rule]
        return tuple(dict.fromkeys((*named, self.traced.final)))


def explained(site: Site, session: Session, at: datetime, table: Table) -> Answer:
    """The answer at the zoned time `at`, no grant being given. Pure. Raises Contradiction.

    `table` is what was compiled for the site.
    """
    policy = derive(site)
    windows = schedule(policy, at)
    opened = frozenset(windows.open)
    flow = verdict(policy, session, opened)
    traced = _traced(site, policy, session, opened, table)
    if traced.accepted is not (flow is not None):
        said = f"may start by {flow.id}" if flow else "may not start"
        does = "accept it" if traced.accepted else "drop it"
        raise Contradiction(
            f"the policy says {_text(session)} {said}, the compiled rules {does} in {traced.final.chain}: "
            f"{traced.final.rule}. trust neither, and report this with the site file"
        )
    close = None if flow else nearest(policy, session, opened)
    return Answer(
        session,
        at,
        flow,
        traced,
        close,
        windows.open.get(flow.id) if flow else None,
        _next_opening(policy, close, at),
        (session.origin, session.target) in policy.dial_up,
    )


def _traced(site: Site, policy: Policy, session: Session, opened: frozenset[str], table: Table) -> Traced:
    by = ports(site)
    live = {
        open_set(flow): (f'"{by[flow.origin]}" . "{by[flow.target]}"',) for flow in policy.flows if flow.id in opened
    }
    packet = Packet(
        by.get(session.origin),
        by.get(session.target),
        session.source,
        session.destination,
        session.protocol,
        session.port,
        destination_type=_destination_type(site, session),
    )
    try:
        return trace(table, packet, live)
    except Unreadable as error:
        raise Contradiction(f"the compiled rules cannot be read: {error}. report this with the site file") from error


def _destination_type(site: Site, session: Session) -> str:
    """The box's addresses belong to their interface each; by another one they are as foreign as anybody's."""
    if session.target is not Zone.GATEWAY:
        return "unicast"
    return "local" if any(session.destination in network for network in own(site, session.origin)) else "unicast"


def _next_opening(policy: Policy, close: Nearest | None, at: datetime) -> datetime | None:
    if close is None or close.differs != (Difference.HOURS,):
        return None
    return schedule(replace(policy, flows=(close.flow,)), at).next_change


def _text(session: Session) -> str:
    service = session.protocol if session.port is None else f"{session.protocol} {session.port}"
    return f"{session.origin} {session.source} → {session.target} {session.destination}, {service}"


def _lines(answer: Answer, layout: Layout, lang: Lang) -> Iterator[str]:
    ja = lang == "ja"
    session = answer.session
    service = session.protocol if session.port is None else f"{session.protocol} {session.port}"
    pair = (
        f"{zone_name(session.origin, layout, lang)} {session.source} → "
        f"{zone_name(session.target, layout, lang)} {session.destination}"
    )
    if ja:
        yield f"{'開始できる' if answer.flow else '開始できない'}: {pair}、{service}"
    else:
        yield f"{'may start' if answer.flow else 'may not start'}: {pair}, {service}"
    rows = _rows(answer, layout, lang)
    width = 10
    last = ""
    for name, value in rows:
        # Japanese headings are two characters, four cells.
        shown_name = "" if name == last else name
        padding = width - (2 * len(shown_name) if ja else len(shown_name))
        yield f"  {shown_name}{' ' * padding}{value}"
        last = name


def _rows(answer: Answer, layout: Layout, lang: Lang) -> Iterator[tuple[str, str]]:
    ja = lang == "ja"
    if answer.flow:
        flow = answer.flow
        until = f", {'閉じる時刻' if ja else 'closes'} {answer.closes:{TIME_FORM}}" if answer.closes else ""
        yield "通信" if ja else "flow", f"{flow.id}, {when_text(flow.when, lang)}{until}"
        yield "理由" if ja else "why", flow.why.ja if ja else flow.why.en
    for clause in answer.clauses:
        yield "要件" if ja else "clauses", f"{clause:<4} {CLAUSES[clause]}"
    for met in answer.rules:
        yield "規則" if ja else "rule", f"{met.chain}: {met.rule}"
    if answer.dialled:
        yield "注記" if ja else "note", beside_rules(lang)
    if answer.flow:
        return
    if answer.nearest is None:
        none = (
            "この二つの間には、どちら向きにも何も始められない"
            if ja
            else "nothing may start between these two, either way"
        )
        yield "近い" if ja else "nearest", none
        return
    yield "近い" if ja else "nearest", nearest_text(answer.nearest, answer.session, layout, lang)
    if answer.opens:
        yield "近い" if ja else "nearest", f"{'次に開く時刻' if ja else 'opens next at'} {answer.opens:{TIME_FORM}}"


def _data(answer: Answer, layout: Layout) -> dict[str, Any]:
    session, flow, close = answer.session, answer.flow, answer.nearest
    return {
        "allowed": flow is not None,
        "at": answer.at.isoformat(timespec="minutes"),
        "from": {"zone": session.origin, "address": str(session.source)},
        "to": {"zone": session.target, "address": str(session.destination)},
        "protocol": session.protocol,
        "port": session.port,
        "flow": flow.id if flow else None,
        "why": {"en": flow.why.en, "ja": flow.why.ja} if flow else None,
        "closes": answer.closes.isoformat(timespec="minutes") if answer.closes else None,
        "clauses": [{"id": clause, "requirement": CLAUSES[clause]} for clause in answer.clauses],
        "rules": [{"chain": met.chain, "rule": met.rule} for met in answer.traced.rules],
        "beside_rules": answer.dialled,
        "nearest": close
        and {
            "flow": close.flow.id,
            "differs": list(close.differs),
            "en": nearest_text(close, session, layout, "en"),
            "ja": nearest_text(close, session, layout, "ja"),
            "opens": answer.opens.isoformat(timespec="minutes") if answer.opens else None,
        },
    }


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")
    parser.add_argument("--from", dest="origin", required=True, metavar="ZONE:ADDR", help="who would start the session")
    parser.add_argument("--to", dest="target", required=True, metavar="ZONE:ADDR", help="whom it would be started to")
    service = parser.add_mutually_exclusive_group(required=True)
    service.add_argument("--tcp", metavar="PORT", help="TCP to this port")
    service.add_argument("--udp", metavar="PORT", help="UDP to this port")
    service.add_argument("--icmp", action="store_true", help="ICMP or ICMPv6 echo (ping)")
    service.add_argument("--esp", action="store_true", help="encrypted packets (RFC 4303)")
    parser.add_argument("--at", metavar="TIME", help='"2026-11-10 19:00" on the site\'s clocks (default: now)')
    parser.add_argument("--json", action="store_true", help="print {allowed, flow, clauses, rules, nearest, …}")


def _service(args: argparse.Namespace) -> tuple[Protocol, str | None]:
    if args.tcp is not None:
        return Protocol.TCP, args.tcp
    if args.udp is not None:
        return Protocol.UDP, args.udp
    return (Protocol.ICMP_ECHO if args.icmp else Protocol.ESP), None


def _moment(text: str | None) -> datetime:
    if text is None:
        return datetime.now(SITE_ZONE)
    try:
        return datetime.strptime(text, TIME_FORM).replace(tzinfo=SITE_ZONE)
    except ValueError:
        raise WrongQuestion(f'--at {shown(text)} is not a time. write it as "2026-11-10 19:00"') from None


def answer(args: argparse.Namespace, site: Site, policy: Policy, table: Table) -> int:
    """Print the answer of `table` and `policy` to the question in `args`; its exit code."""
    try:
        session = asked_session(site, policy, args.origin, args.target, _service(args))
        said = explained(site, session, _moment(args.at), table)
    except WrongQuestion as error:
        print(error, file=sys.stderr)
        return Exit.INPUT
    except Contradiction as error:
        print(error, file=sys.stderr)
        return Exit.UNDECIDED
    if args.json:
        print(json.dumps(_data(said, site.layout), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(said, site.layout, args.lang)))
    return Exit.OK if said.flow else Exit.NO


def _run(args: argparse.Namespace) -> int:
    site = load_site(args.site)
    policy = derive(site)
    return answer(args, site, policy, firewall.desired(policy, ports(site)))


COMMAND = Command(
    name="explain",
    summary="may this session start? exit 0 if it may, 1 if not, with the flow, the clauses, the rule, the nearest way",
    example="claim-gateway explain configs/ip-vpn-claim.yaml --from lan:192.168.10.21 --to claim:192.168.20.10 --tcp 445",
    arguments=_arguments,
    run=_run,
)

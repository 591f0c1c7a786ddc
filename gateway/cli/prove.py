"""`claim-gateway prove`: do the kernel's rules admit exactly what the site declares? A proof, a packet, or what is in the way."""

import argparse
import json
import sys
from pathlib import Path

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.replayed import Replays, replay_data, replay_line, replayed
from gateway.policy.derive import derive
from gateway.proof.child import prove_apart
from gateway.proof.errors import NotProvable
from gateway.proof.evidence import NotEvidence, Record
from gateway.proof.evidence import load as load_evidence
from gateway.proof.guard import whole_guard
from gateway.proof.inventory.surroundings import surroundings
from gateway.proof.model import Answer, Evidence, Verdict
from gateway.proof.observe import NotObserved, evidence, observe
from gateway.proof.read import loads
from gateway.report.proof import verdict_data, verdict_lines
from gateway.site.errors import SiteFileError
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.words import one_line
from gateway.wiring.part import WiringError
from gateway.wiring.ports import located

_EXITS = {Answer.PROVED: Exit.OK, Answer.DISPROVED: Exit.NO, Answer.NOT_PROVABLE: Exit.UNDECIDED}
_OFFLINE = {
    "en": "note: a dump holds no routing rules and nothing beside nftables: the guard is taken as whole, the rest as clean",
    "ja": "注記: ダンプにはルーティング規則もnftables以外のものも含まれない。ガードは完全、その他は異常なしとみなした",
}
_EVIDENCE = {
    "en": "note: evidence of {at}, which said: {said}. no part was changed without its digest, {digest}; "
    "who wrote it, the digest does not tell",
    "ja": "注記: {at}の証拠。記載の判定: {said}。ダイジェスト {digest} と各部は一致する。作成者はダイジェストからは分からない",
}


class WrongInput(Exception):
    """The arguments or a file are wrong: one line, exit code 2."""


def live(site: Site) -> Evidence:
    """What this network namespace's kernel says. Raises Refused."""
    around = surroundings(site, derive(site))
    try:
        return evidence(observe(around), around)
    except NotObserved as error:
        raise Refused(str(error)) from error


def recorded(path: Path) -> Evidence:
    """A dump from a file, behind a whole guard. Raises NotProvable if it is no dump, Refused if it cannot be read."""
    try:
        return Evidence(loads(path.read_text(encoding="utf-8")), whole_guard())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Refused(f"{one_line(str(path))}: {reason}. make it with: nft -nn -j list ruleset") from error


def say(verdict: Verdict, args: argparse.Namespace, replays: Replays = ()) -> int:
    """Print a verdict as the arguments ask, and what a replay saw; its exit code."""
    if args.json:
        data = verdict_data(verdict) | ({"replays": [replay_data(one) for one in replays]} if args.replay else {})
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print("\n".join((*verdict_lines(verdict, args.lang), *(replay_line(one, args.lang) for one in replays))))
    return _EXITS[verdict.answer]


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, nargs="?", metavar="SITE", help="the site file; not with --evidence")
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--ruleset", type=Path, metavar="FILE", help="a dump made with `nft -nn -j list ruleset`, offline"
    )
    source.add_argument("--evidence", type=Path, metavar="FILE", help="a file of `evidence export`, offline, no root")
    parser.add_argument(
        "--replay", action="store_true", help="send each counterexample through a twin of the site; needs root"
    )
    parser.add_argument("--json", action="store_true", help="print {verdict, reason, seconds, theorems, findings}")


def _run(args: argparse.Namespace) -> int:
    try:
        site, seen, note = _asked(args)
    except WrongInput as error:
        print(error, file=sys.stderr)
        return Exit.INPUT
    verdict = prove_apart(site, seen)
    code = say(verdict, args, replayed(site, seen, verdict) if args.replay else ())
    if note and not args.json:
        print(note)
    return code


def _asked(args: argparse.Namespace) -> tuple[Site, Evidence, str]:
    """The site, what is proved about it, and what a reader must know of where that came from. Raises WrongInput."""
    if args.evidence is not None:
        if args.site is not None:
            raise WrongInput("evidence holds its own site file: leave SITE out")
        try:
            record = load_evidence(args.evidence)
            site = record.site()
        except (NotEvidence, SiteFileError) as error:
            raise WrongInput(str(error)) from error
        return site, record.evidence(site), _of_evidence(record, args.lang)
    if args.site is None:
        raise WrongInput("name the site file, or --evidence FILE")
    site = load_site(args.site)
    if args.ruleset is None:
        here = _here(site)
        return here, live(here), ""
    try:
        return site, recorded(args.ruleset), _OFFLINE[args.lang]
    except NotProvable as error:
        raise WrongInput(f"{one_line(str(args.ruleset))}: {error}") from error


def _here(site: Site) -> Site:
    """With the cards of this box by name. Raises Refused."""
    try:
        return located(site)
    except WiringError as error:
        raise Refused(str(error)) from error


def _of_evidence(record: Record, lang: str) -> str:
    return _EVIDENCE[lang].format(
        at=record.made_at.isoformat(), said=one_line(str(record.verdict.get("verdict", "?"))), digest=record.digest
    )


COMMAND = Command(
    name="prove",
    summary="prove that the kernel's rules admit exactly what the site declares: exit 0 proved, 1 disproved, 3 not provable",
    example="claim-gateway prove configs/ip-vpn-claim.yaml",
    arguments=_arguments,
    run=_run,
)

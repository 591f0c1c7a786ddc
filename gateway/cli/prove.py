"""`claim-gateway prove`: do the kernel's rules admit exactly what the site declares? A proof, a packet, or what is in the way."""

import argparse
import json
import sys
from pathlib import Path

from gateway.cli.command import Command, Exit, Refused
from gateway.policy.derive import derive
from gateway.proof.child import prove_apart
from gateway.proof.errors import NotProvable
from gateway.proof.guard import whole_guard
from gateway.proof.inventory.surroundings import surroundings
from gateway.proof.model import Answer, Evidence, Verdict
from gateway.proof.observe import NotObserved, evidence, observe
from gateway.proof.read import loads
from gateway.report.proof import verdict_data, verdict_lines
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.words import one_line

_EXITS = {Answer.PROVED: Exit.OK, Answer.DISPROVED: Exit.NO, Answer.NOT_PROVABLE: Exit.UNDECIDED}
_OFFLINE = {
    "en": "note: a dump holds no routing rules and nothing beside nftables: the guard is taken as whole, the rest as clean",
    "ja": "注記: ダンプにはルーティング規則もnftables以外のものも含まれない。ガードは完全、その他は異常なしとみなした",
}


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


def say(verdict: Verdict, args: argparse.Namespace) -> int:
    """Print a verdict as the arguments ask; its exit code."""
    if args.json:
        print(json.dumps(verdict_data(verdict), ensure_ascii=False, indent=2))
    else:
        print("\n".join(verdict_lines(verdict, args.lang)))
    return _EXITS[verdict.answer]


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")
    parser.add_argument(
        "--ruleset", type=Path, metavar="FILE", help="a dump made with `nft -nn -j list ruleset`, offline"
    )
    parser.add_argument("--json", action="store_true", help="print {verdict, reason, seconds, theorems, findings}")


def _run(args: argparse.Namespace) -> int:
    site = load_site(args.site)
    if args.ruleset is None:
        return say(prove_apart(site, live(site)), args)
    try:
        seen = recorded(args.ruleset)
    except NotProvable as error:
        print(f"{one_line(str(args.ruleset))}: {error}", file=sys.stderr)
        return Exit.INPUT
    code = say(prove_apart(site, seen), args)
    if not args.json:
        print(_OFFLINE[args.lang])
    return code


COMMAND = Command(
    name="prove",
    summary="prove that the kernel's rules admit exactly what the site declares: exit 0 proved, 1 disproved, 3 not provable",
    example="claim-gateway prove configs/ip-vpn-claim.yaml",
    arguments=_arguments,
    run=_run,
)

"""`claim-gateway terminal-sheet SITE`: the exact Windows steps for this site's claim terminal, as Markdown or data."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from gateway.cli.command import Command, Exit
from gateway.report.terminal_facts import TerminalFacts, terminal_facts
from gateway.report.terminal_sheet import preface, steps, title
from gateway.report.terminal_step import Step
from gateway.report.wording import Lang
from gateway.site.errors import Mistake, SiteFileError
from gateway.site.load import LocatedSite, load_located


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")
    parser.add_argument("--json", action="store_true", help="the steps as data")


def _run(args: argparse.Namespace) -> int:
    located = load_located(args.site)
    if located.site.relay is None:
        raise SiteFileError((_no_relay(located),))
    facts = terminal_facts(located.site)
    if args.json:
        print(json.dumps(_data(facts, args.lang), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_markdown(facts, args.lang)))
    return Exit.OK


def _no_relay(located: LocatedSite) -> Mistake:
    file, line, column = located.place(()).rsplit(":", 2)
    text = "the site has no relay, so the box opens nothing on a terminal. add relay: to it"
    return Mistake(file, int(line), int(column), text)


def _markdown(facts: TerminalFacts, lang: Lang) -> Iterator[str]:
    yield f"# {title(facts, lang)}"
    yield ""
    for line in preface(facts, lang):
        yield f"* {line}"
    for number, step in enumerate(steps(facts, lang), 1):
        yield ""
        yield from _step(number, step)


def _step(number: int, step: Step) -> Iterator[str]:
    clauses = f" ({', '.join(step.clauses)})" if step.clauses else ""
    yield f"## {number}. {step.title}{clauses}"
    yield ""
    yield from step.text
    if step.commands:
        yield ""
        yield from (f"    {command}" for command in step.commands)
    yield from (f"- [ ] {check}" for check in step.checks)


def _data(facts: TerminalFacts, lang: Lang) -> dict[str, object]:
    return {
        "title": title(facts, lang),
        "terminal": facts.terminal.name,
        "address": str(facts.share.server),
        "port": facts.port,
        "preface": list(preface(facts, lang)),
        "steps": [asdict(step) for step in steps(facts, lang)],
    }


COMMAND = Command(
    name="terminal-sheet",
    summary="the Windows steps for this site's claim terminal: account, share, firewall, encryption, power, addresses",
    example="claim-gateway terminal-sheet /etc/claim-gateway/site.yaml --lang ja > terminal.md",
    arguments=_arguments,
    run=_run,
)

"""`claim-gateway check`: whether site files are right, and what to mend in those that are not."""

import argparse
import json
import math
import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.declared_rules import inspected
from gateway.policy.places import holds_tunnel
from gateway.site.errors import Mistake, SiteFileError
from gateway.site.model import Site
from gateway.site.words import one_line

SERIAL_FILES_MAX = 8  # a file takes about 10 ms, starting a process about 20


@dataclass(frozen=True, slots=True)
class Checked:
    """One file's result: its site, or what is wrong."""

    file: str
    site: Site | None
    mistakes: tuple[Mistake, ...] = ()
    notes: tuple[Mistake, ...] = ()
    """Worth knowing; the file is good all the same."""


def check(path: Path) -> Checked:
    """Load one file, and look at the credentials it names as far as they are here."""
    file = one_line(str(path))
    try:
        located = inspected(path)
    except SiteFileError as error:
        return Checked(file, None, error.mistakes)
    if not holds_tunnel(located.site):
        return Checked(file, located.site)
    from gateway.cli.tunnel_files import tunnel_files  # noqa: PLC0415 - loads cryptography: 0.1 s for the few that need it

    mistakes, notes = tunnel_files(located, path)
    return Checked(file, None if mistakes else located.site, mistakes, notes)


def check_all(paths: list[Path]) -> Iterator[Checked]:
    """Load many files, on every core when there are more than a handful; results in the order of `paths`.

    Raises Refused if a process that checks a share of them is killed.
    """
    if len(paths) <= SERIAL_FILES_MAX:
        yield from map(check, paths)
        return
    share = math.ceil(len(paths) / (os.cpu_count() or 1))
    with ExitStack() as workers:
        pipes = [workers.enter_context(_worker(paths[start : start + share])) for start in range(0, len(paths), share)]
        for results in pipes:
            yield from _received(results)


@contextmanager
def _worker(paths: list[Path]) -> Iterator[Connection]:
    """A process that checks `paths`, and the pipe its results come through. It is gone when the block is left."""
    fork = multiprocessing.get_context("fork")
    results, sender = fork.Pipe(duplex=False)
    process = fork.Process(target=_work, args=(sender, paths), daemon=True)
    # An interrupt between the fork and the first line of _work would print the child's traceback.
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
    sender.close()  # so that the pipe ends when the process does
    try:
        yield results
    finally:
        process.terminate()
        process.join()
        results.close()


def _work(sender: Connection, paths: list[Path]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    sender.send([check(path) for path in paths])


def _received(results: Connection) -> list[Checked]:
    try:
        checked: list[Checked] = results.recv()
    except EOFError:
        raise Refused("a checking process was killed. check fewer files at once") from None
    return checked


def _good(checked: Checked, site: Site, lang: str) -> str:
    pcs = len(site.zones.lan.receipt_pcs) if site.zones.lan else 0
    zones = (site.zones.claim, site.zones.qualification)
    terminals = sum(len(zone.terminals) for zone in zones if zone is not None)
    if lang == "ja":
        return f"{checked.file}: 誤りなし。構成 {site.layout}、レセコン {pcs} 台、端末 {terminals} 台"
    return f"{checked.file}: good. layout {site.layout}, {_count(pcs, 'receipt PC')}, {_count(terminals, 'terminal')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _say(results: Iterable[Checked], lang: str) -> bool:
    good = bad = 0
    for checked in results:
        if checked.site is not None:
            print(_good(checked, checked.site, lang))
        for mistake in checked.mistakes:
            print(mistake, file=sys.stderr)
        for note in checked.notes:
            place, text = str(note).removesuffix(note.text), note.text
            print(f"{place}{'参考' if lang == 'ja' else 'note'}: {text}", file=sys.stderr)
        good, bad = good + (not checked.mistakes), bad + bool(checked.mistakes)
    if good + bad > 1:
        print(_summary(good, bad, lang))
    return bad == 0


def _summary(good: int, bad: int, lang: str) -> str:
    if lang == "ja":
        return f"{good + bad} 件中、誤りなし {good} 件、要修正 {bad} 件"
    return f"{_count(good + bad, 'site file')}: {good} good, {bad} to mend"


def _as_json(checked: Checked) -> dict[str, Any]:
    def placed(found: Mistake) -> dict[str, Any]:
        return {"line": found.line, "column": found.column, "text": found.text}

    return {
        "file": checked.file,
        "ok": not checked.mistakes,
        "mistakes": [placed(found) for found in checked.mistakes],
        "notes": [placed(found) for found in checked.notes],
    }


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", nargs="+", type=Path, metavar="SITE", help="a site file")
    parser.add_argument("--json", action="store_true", help="print {ok, sites:[{file, ok, mistakes, notes}]}")


def _run(args: argparse.Namespace) -> int:
    results = check_all(args.site)
    if args.json:
        sites = [_as_json(checked) for checked in results]
        ok = all(site["ok"] for site in sites)
        print(json.dumps({"ok": ok, "sites": sites}, ensure_ascii=False))
    else:
        ok = _say(results, args.lang)
    return Exit.OK if ok else Exit.INPUT


COMMAND = Command(
    name="check",
    summary="check site files: exit 0 if every one is good, 2 with a line for each mistake",
    example="claim-gateway check configs/ip-vpn-claim.yaml",
    arguments=_arguments,
    run=_run,
)

"""`claim-gateway check`: whether site files are right, and what to mend in those that are not."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.cli.command import Command, Exit
from gateway.site.errors import Mistake, SiteFileError
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.words import one_line

# One file takes about 15 ms and a pool about 50 ms to start.
SERIAL_FILES_MAX = 8
FILES_PER_TASK = 4


@dataclass(frozen=True, slots=True)
class Checked:
    """One file's result: its site, or what is wrong."""

    file: str
    site: Site | None
    mistakes: tuple[Mistake, ...] = ()


def check(path: Path) -> Checked:
    """Load one file."""
    file = one_line(str(path))
    try:
        return Checked(file, load_site(path))
    except SiteFileError as error:
        return Checked(file, None, error.mistakes)


def check_all(paths: list[Path]) -> Iterator[Checked]:
    """Load many files, on every core when there are more than a handful; results in the order of `paths`."""
    if len(paths) <= SERIAL_FILES_MAX:
        yield from map(check, paths)
        return
    pool = ProcessPoolExecutor(os.cpu_count(), initializer=_leave_interrupts_to_the_parent)
    try:
        yield from pool.map(check, paths, chunksize=FILES_PER_TASK)
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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
    ok = True
    for checked in results:
        if checked.site is not None:
            print(_good(checked, checked.site, lang))
        for mistake in checked.mistakes:
            print(mistake, file=sys.stderr)
        ok = ok and not checked.mistakes
    return ok


def _as_json(checked: Checked) -> dict[str, Any]:
    mistakes = [{"line": found.line, "column": found.column, "text": found.text} for found in checked.mistakes]
    return {"file": checked.file, "ok": not mistakes, "mistakes": mistakes}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", nargs="+", type=Path, metavar="SITE", help="a site file")
    parser.add_argument("--json", action="store_true", help="print {ok, sites:[{file, ok, mistakes}]}")


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

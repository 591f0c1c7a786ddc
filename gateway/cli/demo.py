"""`claim-gateway demo`: the whole gateway on this machine, in namespaces, with a real claim file, as a table people read."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from gateway.cli import demo_month
from gateway.cli.command import Command, Exit, Refused
from gateway.cli.table import lines
from gateway.enforcer.transaction import ApplyError
from gateway.journal import Level, configure
from gateway.policy.support import unsupported
from gateway.proof.model import Answer, Verdict
from gateway.proof.observe import NotObserved
from gateway.report.proof import verdict_data
from gateway.site.layout import Layout
from gateway.site.load import load_located, load_site
from gateway.twin.carrying import Carried, CarryingError
from gateway.twin.interrupt import ending_as_interrupt
from gateway.twin.matrix import Row
from gateway.twin.month import play
from gateway.twin.rehearsal import Rehearsal, rehearse
from gateway.twin.relay_process import RelayProcessError
from gateway.twin.samples import DEMO_SITE, sample_of
from gateway.twin.server import ServerError
from gateway.twin.shared_folder import SharedFolderError

_OPEN = {True: "open", False: "closed"}
_FAILURES = (ApplyError, ServerError, SharedFolderError, RelayProcessError, CarryingError, NotObserved, OSError)


def _arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "site", type=Path, nargs="?", default=DEMO_SITE, metavar="SITE", help="default: configs/ip-vpn-claim.yaml"
    )
    which.add_argument("--layout", type=Layout, choices=tuple(Layout), metavar="ID", help="the sample site of a layout")
    which.add_argument("--month", action="store_true", help="play a clinic's month on the default site instead")
    parser.add_argument("--json", action="store_true", help="everything that was seen, for machines")


def _run(args: argparse.Namespace) -> int:
    configure(lang=args.lang, to_journal=False, least=Level.WARNING)
    if os.geteuid() != 0:
        raise Refused("claim-gateway demo: makes network namespaces and starts smbd. run it as root")
    if args.month:
        return _month(args)
    file = args.site if args.layout is None else sample_of(args.layout)
    located = load_located(file)
    site, missing = located.site, unsupported(located.site)
    began = time.monotonic()
    try:
        with ending_as_interrupt():
            result = rehearse(site, file, _progress() if not args.json else lambda _name: None)
    except _FAILURES as error:
        raise Refused(f"claim-gateway demo: {error}") from error
    seconds = time.monotonic() - began
    if args.json:
        not_yet = [{"place": located.place(path), "text": text} for path, text in missing]
        print(json.dumps(_data(result, seconds) | {"unsupported": not_yet}, ensure_ascii=False, indent=2, default=str))
    else:
        print("\n".join(_report(result, seconds)))
        for path, text in missing:
            print(f"rehearsed only: {located.place(path)}: {text}")
    return Exit.OK if result.ok else Exit.NO


def _month(args: argparse.Namespace) -> int:
    began = time.monotonic()
    try:
        with ending_as_interrupt():
            month = play(load_site(DEMO_SITE), DEMO_SITE, _progress() if not args.json else lambda _name: None)
    except _FAILURES as error:
        raise Refused(f"claim-gateway demo: {error}") from error
    seconds = time.monotonic() - began
    if args.json:
        print(json.dumps(demo_month.data(month, seconds), ensure_ascii=False, indent=2))
    else:
        _clear_progress()
        print("\n".join(demo_month.report(month, seconds, args.lang)))
    return Exit.OK if month.ok else Exit.NO


def _clear_progress() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def _progress() -> Callable[[str], None]:
    """Say each step on standard error when it begins; on a terminal one line that changes, else a line each."""
    terminal = sys.stderr.isatty()

    def say(name: str) -> None:
        sys.stderr.write(f"\r\x1b[K{name} …" if terminal else f"{name} …\n")
        sys.stderr.flush()

    return say


def _report(result: Rehearsal, seconds: float) -> Iterator[str]:
    _clear_progress()
    site = result.site
    yield f"{site.site.name}, layout {site.layout}"
    yield ""
    yield f"before the policy: {result.passed_before} of {result.probes} probes pass (an open router: the positive control)"
    if result.applied:
        yield f"policy in force:   {len(result.applied.desired.policy.flows)} flows, {result.applied.rule_count} rules"
    if result.proof:
        yield from _proved(result.proof)
    yield f"under the policy:  {result.probes - len(result.wrong)} of {result.probes} probes as declared"
    yield ""
    yield from lines(_matrix(result.matrix))
    yield "  4 6  may start in IPv4, IPv6, to a declared host    ·  no host there was reached    !  differs from the declaration"
    yield from _mistakes(result)
    if result.sessions:
        yield ""
        yield "sessions, end to end"
        yield from lines(
            (s.origin, "→", s.target, s.outcome, _duration(s.seconds), "" if s.right else "WRONG")
            for s in result.sessions
        )
    for file in result.files:
        yield ""
        yield from _journey(file)
    yield ""
    yield "seconds per step"
    yield from lines((name, f"{spent:.2f}") for name, spent in result.steps)
    yield ""
    verdict = (
        "every observation equals its declaration"
        if not result.wrong
        else f"{len(result.wrong)} observations are wrong"
    )
    yield f"{'OK' if result.ok else 'FAILED'}: {verdict}; {_arrivals(result)}; {seconds:.1f} s"


def _proved(verdict: Verdict) -> Iterator[str]:
    """How many theorems hold, and what is in the way of the others."""
    holding = sum(one.answer is Answer.PROVED for one in verdict.judgements)
    yield f"proved:            {holding} of {len(verdict.judgements)} theorems over every packet there could be"
    yield from (
        f"  {one.theorem} {one.answer}: {one.reason}" for one in verdict.judgements if one.answer is not Answer.PROVED
    )


def _matrix(rows: tuple[Row, ...]) -> Iterator[tuple[str, ...]]:
    services = list(dict.fromkeys(row.service for row in rows))
    yield ("", *services)
    for (origin, target), group in groupby(rows, key=lambda row: (row.session.origin, row.session.target)):
        cells = list(group)
        yield (
            f"{origin} → {target}",
            *(" ".join(_cells([row for row in cells if row.service == service])) for service in services),
        )


def _cells(rows: list[Row]) -> Iterator[str]:
    """One sign for each family: several hosts of a zone may have been asked."""
    for family in sorted({row.family for row in rows}):
        mine = [row for row in rows if row.family == family]
        yield (str(family) if any(row.observed for row in mine) else "·") + (
            "" if all(row.right for row in mine) else "!"
        )


def _mistakes(result: Rehearsal) -> Iterator[str]:
    for row in result.wrong:
        ends = f"{row.session.source} → {row.session.destination}"
        what = f"{row.session.origin} → {row.session.target}, {row.service}, IPv{row.family} ({ends})"
        if not row.control:
            yield f"  {what}: did not pass the open router, so this observation means nothing"
        else:
            yield f"  {what}: declared {_OPEN[row.declared]}, observed {_OPEN[row.observed]}"
    if result.wrong:
        yield "  nothing else was tried: a gateway like this is not given a file"


def _journey(file: Carried) -> Iterator[str]:
    to = "people's folder → claim terminal" if file.direction == "claim" else "claim terminal → people's folder"
    yield f"{file.name}, {to}, {file.size:,} bytes, {'identical' if file.identical else 'NOT IDENTICAL'}"
    if file.summary and file.summary.payer:
        said = [f"payer {file.summary.payer.full_name}"]
        if file.summary.claim_month:
            said.append(f"claim month {file.summary.claim_month}")
        if file.summary.declared_count is not None:
            said.append(f"{file.summary.receipts} receipts")
            said.append(f"{file.summary.declared_count:,} 件, {file.summary.declared_points or 0:,} 点")
        yield f"  {', '.join(said)}"
    yield f"  as {file.arrived_as}"
    yield f"  sha256 {file.digest}"
    yield f"  {', '.join(f'{state} {_duration(seconds)}' for state, seconds in file.steps)}"


def _arrivals(result: Rehearsal) -> str:
    whole = sum(file.identical for file in result.files)
    return f"{whole} of {len(result.files)} files arrived byte-identical" if result.files else "no file was carried"


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _data(result: Rehearsal, seconds: float) -> dict[str, Any]:
    return {
        "ok": result.ok,
        "site": result.site.site.name,
        "layout": result.site.layout,
        "proof": result.proof and verdict_data(result.proof),
        "control": {"probes": result.probes, "passed": result.passed_before},
        "matrix": [
            {
                "from": row.session.origin,
                "to": row.session.target,
                "source": str(row.session.source),
                "destination": str(row.session.destination),
                "service": row.service,
                "family": row.family,
                "declared": row.declared,
                "observed": row.observed,
                "control": row.control,
            }
            for row in result.matrix
        ],
        "sessions": [asdict(session) for session in result.sessions],
        "files": [_file_data(file) for file in result.files],
        "steps": [{"name": name, "seconds": round(spent, 3)} for name, spent in result.steps],
        "seconds": round(seconds, 3),
    }


def _file_data(file: Carried) -> dict[str, Any]:
    summary = file.summary
    return {
        "name": file.name,
        "direction": file.direction,
        "size": file.size,
        "digest": file.digest,
        "identical": file.identical,
        "arrived_as": file.arrived_as,
        "payer": summary.payer.full_name if summary and summary.payer else None,
        "claim_month": summary.claim_month if summary else None,
        "receipts": summary.receipts if summary else None,
        "count": summary.declared_count if summary else None,
        "points": summary.declared_points if summary else None,
        "steps": [{"state": state, "seconds": round(spent, 4)} for state, spent in file.steps],
        "seconds": round(file.seconds, 3),
    }


COMMAND = Command(
    name="demo",
    summary="the whole gateway in network namespaces: policy applied and probed, a real claim file carried, a return brought back",
    example="claim-gateway demo configs/ip-vpn-claim.yaml",
    arguments=_arguments,
    run=_run,
)

"""`claim-gateway inspect`: what claim and return files say, and whether they would be held. No patient's data."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from gateway.claims.data import data_of
from gateway.claims.finding import Severity
from gateway.claims.listing import rules_listing
from gateway.claims.reader import CHUNK_BYTES, Expected, inspect, read
from gateway.claims.summary import Finding, Summary
from gateway.claims.volumes import Together, together
from gateway.cli.command import Command, Exit
from gateway.cli.declared_rules import inspected_site
from gateway.cli.moment import moment_argument, moment_of
from gateway.cli.table import lines
from gateway.relay.inspection import expected
from gateway.relay.parcel import Direction
from gateway.site.model import Returns
from gateway.site.words import one_line


@dataclass(frozen=True, slots=True)
class Inspected:
    """One file's result: its summary, or why it cannot be read."""

    file: str
    summary: Summary | None
    trouble: str = ""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a claim or return file")
    parser.add_argument("--site", type=Path, metavar="SITE", help="a site file: adds the site rules")
    parser.add_argument("--rules", action="store_true", help="list the rules, and what no rule can see")
    parser.add_argument("--json", action="store_true", help="print {ok, files:[{file, held, kind, …, findings}]}")
    moment_argument(parser)


def _run(args: argparse.Namespace) -> int:
    if args.rules:
        print("\n".join(rules_listing(args.lang)))
        return Exit.OK
    if not args.files:
        print("claim-gateway inspect: no file is named. name claim or return files, or write --rules", file=sys.stderr)
        return Exit.INPUT
    results = _inspected(args)
    if args.json:
        ok = all(one.summary and not one.summary.holds for one in results)
        print(json.dumps({"ok": ok, "files": [_data(one, args.lang) for one in results]}, ensure_ascii=False))
    else:
        print("\n".join(_report(results, args.lang)))
    for one in results:
        if one.trouble:
            print(f"{one.file}: {one.trouble}", file=sys.stderr)
    return _exit(results)


def _inspected(args: argparse.Namespace) -> list[Inspected]:
    if args.site is None:
        known = Expected(carry=Returns().patterns)
        return [_read(path, known, None) for path in args.files]
    site = inspected_site(args.site)
    claims, returns = (expected(site, direction) for direction in Direction)
    known = Expected(claims.place, claims.ignore, returns.carry)
    now = moment_of(args)
    return [_read(path, known, now) for path in args.files]


def _read(path: Path, known: Expected, now: datetime | None) -> Inspected:
    """Look at one file; with a time, at the site rules too."""
    file = one_line(str(path))
    try:
        # A pipe would make us wait for ever.
        if path.exists() and not path.is_file():
            return Inspected(file, None, "not a file. name the claim or return file itself")
        with path.open("rb") as opened:
            chunks = iter(partial(opened.read, CHUNK_BYTES), b"")
            if now is None:
                return Inspected(file, read(chunks, name=path.name, expected=known))
            return Inspected(file, inspect(chunks, name=path.name, expected=known, now=now))
    except (OSError, ValueError) as error:
        # ValueError: a NUL character in the name.
        cause = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "no usable file name"
        return Inspected(file, None, f"cannot be read: {cause}. check the name and the permissions")


def _exit(results: list[Inspected]) -> Exit:
    if any(one.summary is None for one in results):
        return Exit.INPUT
    return Exit.NO if any(one.summary and one.summary.holds for one in results) else Exit.OK


def _report(results: list[Inspected], lang: str) -> Iterator[str]:
    ja = lang == "ja"
    read_ones = [(one.file, one.summary) for one in results if one.summary is not None]
    if not read_ones:
        return
    titles = ("file", "kind", "payer", "month", "volume", "receipts", "件数", "点数", "")
    if ja:
        titles = ("ファイル", "種類", "審査支払機関", "請求年月", "巻", "レセプト", "件数", "点数", "")
    yield from lines([titles, *(_row(file, summary, lang) for file, summary in read_ones)], indent="")
    for file, summary in read_ones:
        if summary.findings:
            yield ""
            yield f"{file}:"
            yield from lines(_finding(finding, lang) for finding in summary.findings)
    for claim in together(summary for _, summary in read_ones):
        yield ""
        yield _volumes(claim, lang)


def _row(file: str, summary: Summary, lang: str) -> tuple[str, ...]:
    kind = summary.kind.ja if lang == "ja" or summary.kind.claims else str(summary.kind)
    verdict = ("保留" if lang == "ja" else "held") if summary.holds else ("問題なし" if lang == "ja" else "fine")
    again = (" 再請求" if lang == "ja" else " re-claim") if summary.reclaim else ""
    return (
        file,
        kind + again,
        summary.payer.full_name if summary.payer else "–",
        summary.claim_month or "–",
        summary.volume or "–",
        f"{summary.receipts:,}",
        _figures(summary.declared_count, summary.counted_count),
        _figures(summary.declared_points, summary.counted_points),
        verdict,
    )


def _figures(declared: int | None, counted: int | None) -> str:
    """`140` where both agree, `140 ≠ 139` where they do not, one of them where the other is not there."""
    if declared is not None and counted is not None and declared != counted:
        return f"{declared:,} ≠ {counted:,}"
    figure = counted if declared is None else declared
    return "–" if figure is None else f"{figure:,}"


def _finding(finding: Finding, lang: str) -> tuple[str, ...]:
    record = f"({'レコード' if lang == 'ja' else 'record'} {finding.record})" if finding.record else ""
    todo = finding.rule.todo.line(lang) if finding.severity is not Severity.NOTE else ""
    stop = "。" if lang == "ja" else ". "
    text = f"{finding.text(lang)} {record}".rstrip() + (f"{stop}{todo}" if todo else "")
    return (finding.id, str(finding.severity), text)


def _volumes(claim: Together, lang: str) -> str:
    shown = f"{claim.kind.ja} {claim.payer.full_name if claim.payer else '–'} {claim.claim_month} [{' '.join(claim.volumes)}]"
    agreement = {
        True: ("the totals are as declared", "総計は一致します"),
        False: ("the totals are not as declared", "総計が一致しません"),
        None: ("a volume is missing", "不足している巻があります"),
    }[claim.agrees]
    return f"{shown}: {claim.count:,} 件, {claim.points:,} 点; {agreement[lang == 'ja']}"


def _data(one: Inspected, lang: str) -> dict[str, Any]:
    if one.summary is None:
        return {"file": one.file, "held": None, "trouble": one.trouble}
    data = data_of(one.summary)
    for found, finding in zip(data["findings"], one.summary.findings, strict=True):
        found |= {"name": finding.name, "text": finding.text(lang)}
    return {"file": one.file, "held": bool(one.summary.holds)} | data


COMMAND = Command(
    name="inspect",
    summary="what claim and return files say, without patient data: exit 0 fine, 1 would be held, 2 unreadable",
    example="claim-gateway inspect RECEIPTC.UKE --site configs/ip-vpn-claim.yaml",
    arguments=_arguments,
    run=_run,
)

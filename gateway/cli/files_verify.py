"""`files verify` and `files rebuild`: is the ledger what was written, and what to do when it is not."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from gateway.cli.command import Command, Exit
from gateway.relay.alone import alone
from gateway.relay.chain import Head
from gateway.relay.errors import RelayRefused
from gateway.relay.ledger_file import rebuilt
from gateway.relay.places import Places
from gateway.relay.rebuild import Rebuilt, rebuild
from gateway.relay.verify import Verified, verify


def _verify_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--head",
        type=_head,
        action="append",
        default=[],
        metavar="SEQ:HASH",
        help="a head the journal noted (journalctl CLAIM_GATEWAY_MESSAGE=LEDGER_HEAD); may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print {sound, parcels, links, files, head, findings:[…]}")


def _head(text: str) -> Head:
    try:
        return Head.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r:.80} is {error}") from None


def _verify(args: argparse.Namespace) -> int:
    verified = verify(Places(args.state_dir), args.head)
    if args.json:
        print(json.dumps(_data(verified, args.lang), ensure_ascii=False))
    else:
        for finding in verified.findings:
            print(finding.line(args.lang))
        for head in verified.untold:
            print(_untold(head, args.lang))
        if verified.sound:
            print(_sound(verified, args.lang))
    if not verified.sound:
        return Exit.NO
    return Exit.UNDECIDED if verified.untold else Exit.OK


def _untold(head: Head, lang: str) -> str:
    if lang == "ja":
        return f"head {head.sequence}: その後に古い記録が整理されたため、照合できません"
    return f"head {head.sequence}: older than the last pruning, which nothing here can tell"


def _sound(verified: Verified, lang: str) -> str:
    counts = (verified.parcels, verified.links, verified.files)
    if lang == "ja":
        return "問題なし: 配送物 {} 件、監査チェーン {} 件、保管庫のファイル {} 件。末尾 {}".format(
            *counts, verified.head
        )
    return "sound: {} parcels, {} links, {} files in the spool; head {}".format(*counts, verified.head)


def _data(verified: Verified, lang: str) -> dict[str, object]:
    return {
        "sound": verified.sound,
        "parcels": verified.parcels,
        "links": verified.links,
        "files": verified.files,
        "head": str(verified.head) if verified.head else None,
        "untold": [str(head) for head in verified.untold],
        "findings": [
            {
                "where": finding.where,
                "trouble": str(finding.trouble),
                "detail": finding.detail,
                "text": finding.line(lang),
            }
            for finding in verified.findings
        ],
    }


def _rebuild_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--from", dest="source", type=Path, metavar="BACKUP", help="read this backup instead of the damaged ledger"
    )


def _rebuild(args: argparse.Namespace) -> int:
    places = Places(args.state_dir)
    source: Path | None = args.source
    if source is not None and not source.is_file():
        raise RelayRefused(f"{source}: it is not there. name a file of: claim-gateway files backup", wrong_input=True)
    if not places.root.is_dir():
        raise RelayRefused(f"{places.root}: it is not there. is the relay's state directory right?", wrong_input=True)
    with alone(places.lock):
        if source is None and _nothing_to_do(places):
            print("作り直す必要はありません" if args.lang == "ja" else "the ledger is sound: nothing to rebuild")
            return Exit.NO
        done = rebuild(places, datetime.now(UTC), source)
    print("\n".join(_said(done, args.lang)))
    return Exit.OK


def _nothing_to_do(places: Places) -> bool:
    """Whether the ledger is sound; one that was broken off or is not there is not."""
    return places.ledger.exists() and not rebuilt(places.ledger).exists() and verify(places).sound


def _said(done: Rebuilt, lang: str) -> list[str]:
    if lang == "ja":
        said = [f"台帳を作り直しました: 配送物 {done.parcels} 件、うち保留にしたもの {done.held} 件"]
        said += [f"台帳になく、フォルダーから見つけたもの: {done.found} 件"] if done.found else []
        said += [f"読めなかった行: {done.lost} 件"] if done.lost else []
        said += [f"元のファイル: {done.kept}（sha256 {done.old}）"] if done.kept else []
        return [*said, "中継を開始し、保留フォルダーを確認してください"]
    said = [f"rebuilt: {done.parcels} parcels, {done.held} of them wait for a person now"]
    said += [f"{done.found} parcels no row spoke of were found in the folders"] if done.found else []
    said += [f"{done.lost} rows made no sense and are lost"] if done.lost else []
    said += [f"the old file is {done.kept}, sha256 {done.old}"] if done.kept else []
    return [*said, "start the relay, then look at 保留"]


COMMANDS = (
    Command(
        name="verify",
        summary="compare chain, rows and spool: exit 0 sound, 1 not, 3 a head is older than the last pruning",
        example="claim-gateway files verify",
        arguments=_verify_arguments,
        run=_verify,
    ),
    Command(
        name="rebuild",
        summary="a new ledger in place of a damaged or lost one; the old file is kept. the relay must be stopped",
        example="claim-gateway files rebuild",
        arguments=_rebuild_arguments,
        run=_rebuild,
    ),
)

"""`claim-gateway restore FILE`: an empty box becomes the one that was exported."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.cli.apply import to_the_journal
from gateway.cli.command import Command, Exit
from gateway.cli.command import Refused as SystemRefused
from gateway.cli.export import box_arguments, box_of
from gateway.cli.password import password_of
from gateway.policy.schedule import SITE_ZONE
from gateway.relay.errors import RelayRefused
from gateway.replacement.errors import Refused, WrongInput
from gateway.replacement.restore import Restored, restore

_SAID = {
    "en": (
        "this box is {site}'s, as it was at {at:%Y-%m-%d %H:%M}. the ledger went on from {head}",
        "  switch the old box off for good. then: systemctl restart claim-gateway-enforcer claim-gateway-relay ssh",
        "  `claim-gateway ports` shows whether the cables are where they were",
        "  {left} files were on their way and stayed on the old box: see whether they lie on the terminal, else hand them in again",
    ),
    "ja": (
        "本装置は {site} の装置になりました（{at:%Y-%m-%d %H:%M} の状態）。台帳は {head} から続きます",
        "  前の装置の電源を切り、二度と入れないでください。次に: systemctl restart claim-gateway-enforcer claim-gateway-relay ssh",
        "  ケーブルは `claim-gateway ports` で確かめられます",
        "  配達の途中だった {left} 件は前の装置に残っています。端末に届いていなければ、請求フォルダーに入れ直してください",
    ),
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="what `claim-gateway export` wrote")
    box_arguments(parser)


def _run(args: argparse.Namespace) -> int:
    to_the_journal(args.lang)
    try:
        done = restore(box_of(args), args.file, password_of(args, twice=False), datetime.now(UTC))
    except (RelayRefused, WrongInput) as error:
        print(f"claim-gateway restore: {error}", file=sys.stderr)
        return Exit.INPUT
    except Refused as error:
        raise SystemRefused(f"claim-gateway restore: {error}") from error
    print("\n".join(_said(done, args.lang)))
    return Exit.OK


def _said(done: Restored, lang: str) -> list[str]:
    said = done.manifest
    lines = _SAID[lang] if done.left_behind else _SAID[lang][:-1]
    at = said.at.astimezone(SITE_ZONE)
    return [line.format(site=said.site, at=at, head=said.head or "-", left=len(done.left_behind)) for line in lines]


COMMAND = Command(
    name="restore",
    summary="make this empty box the one that was exported; numbers, history and keys go on",
    example="claim-gateway restore /media/usb/wakaba-2026-11-22.export",
    arguments=_arguments,
    run=_run,
)

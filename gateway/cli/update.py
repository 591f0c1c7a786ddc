"""`claim-gateway update`: a signed release from a medium, on a box that reaches no archive."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.cli.command import Command, Denied, Exit
from gateway.cli.command import Refused as SystemRefused
from gateway.cli.reach import need_the_right
from gateway.release.errors import Failed, NotNow, WrongRelease
from gateway.release.signature import SIGNERS
from gateway.release.update import Box, Updated, update


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("archive", type=Path, metavar="ARCHIVE", help="a release, as make dist writes it")
    parser.add_argument(
        "--emergency", action="store_true", help="also from the 5th to the 12th, while claims travel and are corrected"
    )
    parser.add_argument(
        "--signers",
        type=Path,
        default=SIGNERS,
        metavar="FILE",
        help="whose signature counts (ssh-keygen(1), ALLOWED SIGNERS); default: %(default)s",
    )


def _run(args: argparse.Namespace) -> int:
    need_the_right("update")
    try:
        done = update(args.archive, datetime.now(UTC), emergency=args.emergency, box=Box(signers=args.signers))
    except NotNow as error:
        raise Denied(f"claim-gateway update: {error}") from error
    except WrongRelease as error:
        print(f"claim-gateway update: {error}", file=sys.stderr)
        return Exit.INPUT
    except Failed as error:
        raise SystemRefused(f"claim-gateway update: {error}") from error
    print(_said(done, args.lang))
    return Exit.OK


def _said(done: Updated, lang: str) -> str:
    if done.before == done.release:
        return (
            f"リリース {done.release} は導入済みです" if lang == "ja" else f"release {done.release} is in use already"
        )
    if lang == "ja":
        return (
            f"リリース {done.release}（署名者 {done.signer}）に切り替えました。以前のリリース: {done.before or 'なし'}"
        )
    return f"release {done.release}, signed by {done.signer}, is in use; before it: {done.before or 'none'}"


COMMAND = Command(
    name="update",
    summary="install a signed release from a medium; refused from the 5th to the 12th; what ran before comes back if it fails",
    example="claim-gateway update /media/usb/claim-gateway-0.1.0.tar",
    arguments=_arguments,
    run=_run,
)

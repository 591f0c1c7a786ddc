"""`claim-gateway export`: everything that makes this box its site's, in one encrypted file for a spare box."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from gateway.cli.command import Command, Exit
from gateway.cli.command import Refused as SystemRefused
from gateway.cli.needs import FOLDER, files
from gateway.cli.password import password_argument, password_of
from gateway.cli.reach import place_arguments
from gateway.relay.errors import RelayRefused
from gateway.relay.export_archive import password_trouble
from gateway.replacement.box import BoxPlaces
from gateway.replacement.errors import Refused, WrongInput
from gateway.replacement.export import export
from gateway.site.load import load_site


def box_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the box keeps its things, and the password."""
    place_arguments(parser)
    state = os.environ.get("CLAIM_GATEWAY_STATE_DIR", "/var/lib/claim-gateway")
    for name, default, what in (
        ("--relay-state-dir", state, "the relay's state"),
        ("--site", "/etc/claim-gateway/site.yaml", "the site file; what lies beside it goes along"),
        ("--ssh-dir", "/etc/ssh", "where sshd has its host keys"),
    ):
        parser.add_argument(
            name, type=Path, default=Path(default), metavar="PATH", help=f"{what}; default: %(default)s"
        )
    password_argument(parser)


def box_of(args: argparse.Namespace) -> BoxPlaces:
    """The box the arguments speak of."""
    return BoxPlaces(args.site, args.ssh_dir, args.state_dir, args.relay_state_dir)


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, required=True, metavar="FILE", help="a new file, on a medium you lock away")
    box_arguments(parser)


def _run(args: argparse.Namespace) -> int:
    try:
        password = password_of(args, twice=True)
        if trouble := password_trouble(password):
            raise WrongInput(trouble)
        _require_all_beside(args.site)
        done = export(box_of(args), args.to, password, datetime.now(UTC))
    except (RelayRefused, WrongInput) as error:
        print(f"claim-gateway export: {error}", file=sys.stderr)
        return Exit.INPUT
    except Refused as error:
        raise SystemRefused(f"claim-gateway export: {error}") from error
    files, head = len(done.manifest.files), done.manifest.head or "-"
    if args.lang == "ja":
        print(f"{done.file}: {files} 個のファイルを暗号化して書き出し、読み戻して確かめました。台帳の末尾 {head}")
        print("  請求ファイルと返戻ファイルは入っていません。パスワードとは別の場所に施錠して保管してください")
    else:
        print(f"{done.file}: {files} files, encrypted and read back. the ledger's head {head}")
        print("  it holds no claim file and no return file. lock it away, apart from its password")
    return Exit.OK


def _require_all_beside(site_file: Path) -> None:
    """A file the site names elsewhere would be missing on the spare box, and nobody would know before that day."""
    for file in files(load_site(site_file)):
        if not PurePosixPath(file.at).is_relative_to(FOLDER):
            raise WrongInput(
                f"{site_file}: {file.key}: {file.named} lies elsewhere, and would not be on the spare box."
                " put it beside the site file, and name it so there"
            )


COMMAND = Command(
    name="export",
    summary="site, credentials, host keys, history and ledger in one encrypted file, for a spare box; the box goes on meanwhile",
    example="claim-gateway export --to /media/usb/wakaba-2026-11-22.export",
    arguments=_arguments,
    run=_run,
)

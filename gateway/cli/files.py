"""`claim-gateway files`: the ledger for people at the box. One small module for what reads, decides, keeps and exports."""

import argparse
import os
import sys
from pathlib import Path

from gateway.cli import files_decide, files_export, files_keep, files_list, files_verify
from gateway.cli.command import Command, Exit, Refused
from gateway.cli.main import state_dir_argument
from gateway.journal import Level, configure
from gateway.journal.journald import SOCKET_PATH
from gateway.relay.durable import DiskLied
from gateway.relay.errors import RelayRefused
from gateway.relay.ledger import LedgerError

_ACTIONS = (
    *files_list.COMMANDS,
    *files_decide.COMMANDS,
    *files_verify.COMMANDS,
    *files_keep.COMMANDS,
    *files_export.COMMANDS,
)


def _arguments(parser: argparse.ArgumentParser) -> None:
    state_dir_argument(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for action in _ACTIONS:
        sub = actions.add_parser(
            action.name,
            help=action.summary,
            description=action.summary,
            epilog=f"example:\n  {action.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            # `--password …` must not pass for `--password-file`.
            allow_abbrev=False,
        )
        # Either place on the command line will do; without a default here, the one before the action stands.
        sub.add_argument("--lang", choices=("en", "ja"), default=argparse.SUPPRESS, help="language of results")
        sub.add_argument("--state-dir", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="the relay's state")
        action.arguments(sub)
        sub.set_defaults(act=action.run)


def _run(args: argparse.Namespace) -> int:
    # Whoever does it, the journal of the box keeps it.
    configure(lang=args.lang, to_journal=Path(SOCKET_PATH).exists(), least=Level.CRITICAL)
    try:
        code: int = args.act(args)
    except RelayRefused as error:
        if error.wrong_input:
            print(f"claim-gateway files: {error}", file=sys.stderr)
            return Exit.INPUT
        raise Refused(str(error)) from error
    except (LedgerError, DiskLied) as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(
            f"{error.filename or args.state_dir}: {os.strerror(error.errno or 0)}. run as root or as the relay's user"
        ) from error
    return code


COMMAND = Command(
    name="files",
    summary="the files that travelled and those that wait: look, decide, verify, rebuild, export, back up",
    example="claim-gateway files list --held",
    arguments=_arguments,
    run=_run,
)

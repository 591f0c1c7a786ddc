"""`relay SITE`: the daemon that carries files, in the foreground, for systemd."""

import argparse
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.main import state_dir_argument
from gateway.journal import configure
from gateway.relay.clock import system_clocks
from gateway.relay.daemon import RelayFailed, run
from gateway.relay.errors import RelayRefused
from gateway.relay.pace import Pace
from gateway.site.load import load_site

_PACE = Pace()


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")
    state_dir_argument(parser)
    parser.add_argument(
        "--settle",
        type=_seconds,
        default=_PACE.settle,
        metavar="SECONDS",
        help=f"how long a file must rest before it is taken (default: {_PACE.settle.total_seconds():g})",
    )
    parser.add_argument(
        "--poll",
        type=_seconds,
        default=_PACE.poll,
        metavar="SECONDS",
        help=f"how often to look for return files on the terminal (default: {_PACE.poll.total_seconds():g})",
    )


def _seconds(text: str) -> timedelta:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.01 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r:.40} is not a number of seconds between 0.01 and 3600")
    return timedelta(seconds=seconds)


def _run(args: argparse.Namespace) -> int:
    configure(lang=args.lang)
    site = load_site(args.site)
    try:
        pace = replace(_PACE, settle=args.settle, poll=args.poll)
        run(site, args.site.absolute().parent, args.state_dir, pace, system_clocks())
    except RelayRefused as error:
        if error.wrong_input:
            print(f"claim-gateway relay: {error}", file=sys.stderr)
            return Exit.INPUT
        raise Refused(str(error)) from error
    except RelayFailed as error:
        raise Refused(str(error)) from error
    return Exit.OK


COMMAND = Command(
    name="relay",
    summary="carry claim files to the terminal and return files back, in the foreground",
    example="claim-gateway relay /etc/claim-gateway/site.yaml --state-dir /var/lib/claim-gateway",
    arguments=_arguments,
    run=_run,
)

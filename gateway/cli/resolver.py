"""`resolver SITE`: asks for the host names of `updates`, in the foreground, for systemd."""

import argparse
from pathlib import Path

from gateway.cli.command import Command, Exit
from gateway.cli.main import run_dir_argument
from gateway.journal import configure
from gateway.resolver.daemon import run
from gateway.site.load import load_site


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")
    run_dir_argument(parser)


def _run(args: argparse.Namespace) -> int:
    configure(lang=args.lang)
    run(load_site(args.site), args.run_dir)
    return Exit.OK


COMMAND = Command(
    name="resolver",
    summary="ask the name servers for the host names of updates, and tell the enforcer, in the foreground",
    example="claim-gateway resolver /etc/claim-gateway/site.yaml",
    arguments=_arguments,
    run=_run,
)

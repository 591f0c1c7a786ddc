"""`claim-gateway enforcer`: the daemon that keeps the box as declared, in the foreground, for systemd."""

import argparse
import sys
from pathlib import Path

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.reach import need_the_right, place_arguments
from gateway.enforcer.clock import Clock
from gateway.enforcer.daemon import Setting, run
from gateway.enforcer.desired import THIS_BOX, OwnEnd, Runs
from gateway.enforcer.errors import EnforcerError, Unfit
from gateway.enforcer.part import PartError
from gateway.enforcer.proving import Prover
from gateway.journal import configure
from gateway.programs.part import Folders
from gateway.programs.systemd import Systemd


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--site",
        type=Path,
        metavar="SITE",
        help="the first site of a box on which none was ever confirmed; and what SIGHUP applies",
    )
    parser.add_argument(
        "--trust-clock", action="store_true", help="windows open though nothing disciplines this box's clock"
    )
    parser.add_argument(
        "--systemd",
        action="store_true",
        help="run what a site needs beside its rules, through this box's systemd; without it such a site is refused",
    )
    place_arguments(parser)


def _run(args: argparse.Namespace) -> int:
    configure(lang=args.lang)
    need_the_right("enforcer")
    try:
        clock = Clock(trusted=args.trust_clock)
        run(Setting(args.state_dir, args.run_dir, args.site, clock, Prover(clock.now), _own_end(args)))
    except Unfit as error:
        print(error, file=sys.stderr)
        return Exit.INPUT
    except (EnforcerError, *PartError) as error:
        raise Refused(str(error)) from error
    return Exit.OK


def _own_end(args: argparse.Namespace) -> OwnEnd:
    """Credentials lie beside the box's site file, whichever site names them."""
    folder = THIS_BOX.folder if args.site is None else args.site.resolve().parent
    return OwnEnd(
        folder=folder, runs=Runs(Systemd(), Folders(services=args.run_dir / "programs")) if args.systemd else None
    )


COMMAND = Command(
    name="enforcer",
    summary="keep the box as declared: put the confirmed site in force, repair what others change, open by the clock",
    example="claim-gateway enforcer --site /etc/claim-gateway/site.yaml",
    arguments=_arguments,
    run=_run,
)

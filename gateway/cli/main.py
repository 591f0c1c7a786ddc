"""`claim-gateway`: finds the command, runs it, and turns what can go wrong into one line and an exit code."""

import argparse
import importlib
import os
import signal
import sys
from pathlib import Path

import gateway
from gateway.cli.command import Command, Denied, Exit, Refused
from gateway.site.errors import SiteFileError

# Imported only when asked for: the relay must not load the firewall, nor `check` the twin.
COMMANDS = (
    *("init", "check", "schema", "show", "explain", "prove", "evidence"),
    *("plan", "apply", "confirm", "rollback", "history", "grant", "grants", "revoke", "status", "messages"),
    *("ports", "diagnose", "export", "restore"),
    *("files", "inspect", "calendar", "terminal-sheet", "demo"),
    *("enforcer", "resolver", "relay", "share"),
)


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns its exit code; argparse leaves with 2 for a wrong command line, as the contract says."""
    try:
        code = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
    except SiteFileError as error:
        print(error, file=sys.stderr)
        return Exit.INPUT
    except Denied as error:
        print(error, file=sys.stderr)
        return Exit.NO
    except Refused as error:
        print(error, file=sys.stderr)
        return Exit.SYSTEM
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # `claim-gateway show | head` closed the pipe: not a mistake. Python would complain once more while exiting.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    return code


def _run(argv: list[str]) -> int:
    args = _parser(argv).parse_args(argv)
    if args.command is None:
        _parser(["--help"]).print_help()
        return Exit.INPUT
    code: int = args.run(args)
    return code


def _parser(argv: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="claim-gateway", description=gateway.__doc__)
    parser.add_argument("--version", action="version", version=f"claim-gateway {gateway.__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    wanted = next((word for word in argv if word in COMMANDS), None)
    for name in (wanted,) if wanted else COMMANDS:
        command: Command = importlib.import_module(f"gateway.cli.{name.replace('-', '_')}").COMMAND
        sub = subparsers.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            epilog=f"example:\n  {command.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            # `--password …` must not pass for `--password-file`.
            allow_abbrev=False,
        )
        sub.add_argument("--lang", choices=("en", "ja"), default=_lang(), help="language of results (default: locale)")
        command.arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


def _lang() -> str:
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "ja" if locale.startswith("ja") else "en"


def state_dir_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--state-dir`, for commands that keep something on disk."""
    default = os.environ.get("CLAIM_GATEWAY_STATE_DIR", "/var/lib/claim-gateway")
    parser.add_argument("--state-dir", type=Path, default=Path(default), metavar="DIR", help="default: %(default)s")


def run_dir_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--run-dir`, where the enforcer listens."""
    run = os.environ.get("CLAIM_GATEWAY_ENFORCER_RUN_DIR", "/run/claim-gateway-enforcer")
    parser.add_argument("--run-dir", type=Path, default=Path(run), metavar="DIR", help="default: %(default)s")


if __name__ == "__main__":
    sys.exit(main())

"""A password for a command: asked at the terminal or read from a file that only its owner reads; never an argument."""

import argparse
import getpass
import sys
from pathlib import Path

from gateway.relay.credentials import read_password
from gateway.relay.errors import RelayRefused


def password_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--password-file`."""
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="a file only its owner reads (default: asks)"
    )


def password_of(args: argparse.Namespace, *, twice: bool) -> str:
    """What the person says, `twice` if it shall open something later. Raises RelayRefused."""
    if args.password_file is not None:
        file: Path = args.password_file.absolute()
        return read_password(file.name, file.parent)
    if not sys.stdin.isatty():
        raise RelayRefused("nobody is there to ask for a password. name --password-file", wrong_input=True)
    japanese = args.lang == "ja"
    password = getpass.getpass("パスワード: " if japanese else "password: ")
    try:
        password.encode()
    except UnicodeEncodeError as error:
        told = "what was typed is not UTF-8. set the terminal to UTF-8, or name --password-file"
        raise RelayRefused(told, wrong_input=True) from error
    if twice and password != getpass.getpass("もう一度: " if japanese else "once more: "):
        raise RelayRefused("the two passwords differ. run it again", wrong_input=True)
    return password

"""`share SITE`: the people's folders as a Windows share, in the foreground, for systemd."""

import argparse
import os
import pwd
import sys
from pathlib import Path

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.main import state_dir_argument
from gateway.cli.share_place import share_arguments, share_place
from gateway.journal import configure
from gateway.relay.errors import RelayRefused
from gateway.relay.windows_share.configuration import configuration
from gateway.relay.windows_share.declared import Declared, declared
from gateway.relay.windows_share.members import Owner, group, passwd
from gateway.relay.windows_share.place import GROUP, PASSWD, SharePlace
from gateway.relay.windows_share.serve import SmbdEnded, run
from gateway.site.load import load_site

RELAY_USER = "claim-gateway-relay"


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")
    state_dir_argument(parser)
    share_arguments(parser)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--print", action="store_true", help="print Samba's configuration and do nothing else")
    instead.add_argument(
        "--accounts", type=Path, metavar="DIR", help="write the accounts smbd is to see into DIR and do nothing else"
    )


def _run(args: argparse.Namespace) -> int:
    configure(lang=args.lang)
    place = share_place(args, args.state_dir)
    try:
        if args.print:
            print(_printed(_read(args.site), place), end="")
        elif args.accounts:
            _write_accounts(_read(args.site), args.accounts)
        else:
            run(lambda: _read(args.site), args.site.absolute().parent, place)
    except RelayRefused as error:
        if error.wrong_input:
            print(f"claim-gateway share: {error}", file=sys.stderr)
            return Exit.INPUT
        raise Refused(str(error)) from error
    except SmbdEnded as error:
        raise Refused(str(error)) from error
    return Exit.OK


def _read(site: Path) -> Declared:
    return declared(load_site(site))


def _printed(one: Declared, place: SharePlace) -> str:
    return configuration(one.drop, one.lan, place, RELAY_USER)


def _write_accounts(one: Declared, folder: Path) -> None:
    """In place: the share's mounts hold on to the files that are there (one write(2) each, so nobody reads half of one)."""
    try:
        found = pwd.getpwnam(RELAY_USER)
    except KeyError as error:
        raise RelayRefused(f"this box has no user {RELAY_USER}. install the relay first") from error
    owner = Owner(RELAY_USER, found.pw_uid, found.pw_gid)
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
        for name, text in ((PASSWD, passwd(owner, one.people)), (GROUP, group(owner))):
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
            try:
                os.truncate(descriptor, os.write(descriptor, text.encode()))
            finally:
                os.close(descriptor)
    except OSError as error:
        raise RelayRefused(f"{folder}: {os.strerror(error.errno or 0)}. run it as root") from error


COMMAND = Command(
    name="share",
    summary="offer the people's folders as a Windows share, in the foreground",
    example="claim-gateway share /etc/claim-gateway/site.yaml --print",
    arguments=_arguments,
    run=_run,
)

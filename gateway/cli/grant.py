"""`claim-gateway grant NAME`: open for a while what the site file declares under `grants:`."""

import argparse
from ipaddress import ip_address

from gateway.cli.apply import to_the_journal
from gateway.cli.command import Command, Exit
from gateway.cli.reach import carried_out, place_arguments
from gateway.cli.span import span, spoken
from gateway.enforcer.requests import Grant
from gateway.site.values import IpAddress


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the grant, as `claim-gateway grants` lists it")
    parser.add_argument(
        "--for", dest="lasts", type=span, metavar="TIME", help="such as 30m (default: as long as it may)"
    )
    parser.add_argument(
        "--from",
        dest="source",
        type=_address,
        metavar="ADDR",
        help="for this address only (default: all it may be for)",
    )
    place_arguments(parser)


def _address(text: str) -> IpAddress:
    try:
        return ip_address(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r:.40} is not an address. write it as 192.168.10.250") from None


def _run(args: argparse.Namespace) -> int:
    to_the_journal(args.lang)
    answer = carried_out(args, Grant(name=args.name, lasts=args.lasts, source=args.source))
    print(f"{answer['grant']}: open for {spoken(answer['lasts_s'])}, then it closes by itself")
    return Exit.OK


COMMAND = Command(
    name="grant",
    summary="open for a while what the site file declares under grants:",
    example="claim-gateway grant vendor-ssh --for 30m --from 192.168.10.250",
    arguments=_arguments,
    run=_run,
)

"""`files release` and `files reject`: a person's word on a held file. It is laid down for the relay, which acts on it."""

import argparse
import sys

from gateway.cli.command import Command, Exit
from gateway.cli.parcel_id import parcel_id, parcel_named
from gateway.relay.decisions import Decision, DecisionInvalid, DecisionWaits, Word, publish
from gateway.relay.errors import RelayRefused
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Parcel, State
from gateway.relay.places import Places


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=parcel_id, metavar="ID", help="a held parcel's id, or its first digits")
    parser.add_argument("--by", required=True, metavar="NAME", help="who decides")
    parser.add_argument("--why", required=True, metavar="TEXT", help="the reason, for the ledger; no patient's name")


def _release(args: argparse.Namespace) -> int:
    return _decide(args, Word.RELEASE)


def _reject(args: argparse.Namespace) -> int:
    return _decide(args, Word.REJECT)


def _decide(args: argparse.Namespace, word: Word) -> int:
    places = Places(args.state_dir)
    with Ledger.read(places.ledger) as ledger:
        parcel = parcel_named(ledger, args.id)
    if refusal := _refusal(parcel, word):
        print(f"parcel {parcel.id}: {refusal}", file=sys.stderr)
        return Exit.NO
    try:
        publish(places, Decision(parcel.id, word, args.by, args.why))
    except DecisionInvalid as error:
        raise RelayRefused(str(error), wrong_input=True) from error
    except DecisionWaits as error:
        raise RelayRefused(f"parcel {parcel.id}: {error}") from error
    if args.lang == "ja":
        said = "解除" if word is Word.RELEASE else "不採用と"
        print(f"{parcel.id}: 保留を{said}します。動いている中継がこの後すぐに行います")
    else:
        print(
            f"{parcel.id}: to be {word}{'d' if word is Word.RELEASE else 'ed'}, as soon as the running relay has heard it"
        )
    return Exit.OK


def _refusal(parcel: Parcel, word: Word) -> str:
    """Why this word does nothing to this parcel, and what to do; empty if it does."""
    if parcel.state is not State.HELD:
        return f"it is {parcel.state}, and nothing waits for a decision. see: claim-gateway files list --held"
    if word is Word.RELEASE and not parcel.releasable:
        return (
            f"it is held for {' '.join(parcel.reasons)}, which nobody can overrule. reject it, and put in a good file"
        )
    return ""


COMMANDS = (
    Command(
        name="release",
        summary="let a held file travel on; name and reason stay in the ledger",
        example="claim-gateway files release 3f1a9c2e --by 院長 --why '端末を確認した。届いていない'",
        arguments=_arguments,
        run=_release,
    ),
    Command(
        name="reject",
        summary="say that a held file shall not travel; name and reason stay in the ledger",
        example="claim-gateway files reject 3f1a9c2e --by 院長 --why '作り直した'",
        arguments=_arguments,
        run=_reject,
    ),
)

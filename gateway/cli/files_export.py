"""`files export`: claims on removable media when the line is down (C29), encrypted with a password that is never an argument."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from gateway.cli.command import Command, Exit
from gateway.cli.parcel_id import parcel_id, parcel_named
from gateway.cli.password import password_argument, password_of
from gateway.relay.alone import alone
from gateway.relay.errors import RelayRefused
from gateway.relay.export import Exported, export, undelivered
from gateway.relay.export_archive import password_trouble
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Parcel
from gateway.relay.places import Places


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="a folder of a mounted medium")
    parser.add_argument(
        "--id",
        type=parcel_id,
        action="append",
        default=[],
        metavar="ID",
        help="this parcel instead of all undelivered claims; may be repeated",
    )
    password_argument(parser)
    parser.add_argument("--own-disk", action="store_true", help="DIR may lie on this box's own disk")


def _run(args: argparse.Namespace) -> int:
    places = Places(args.state_dir)
    _require_medium(args.to, places, own_disk=args.own_disk)
    if not places.ledger.exists():  # opening it for writing would make an empty one, which has nothing to export
        raise RelayRefused(
            f"{places.ledger}: it is not there. is the relay's state directory right? a lost one: claim-gateway files rebuild"
        )
    with alone(places.lock), Ledger.open(places.ledger) as ledger:
        parcels = tuple(parcel_named(ledger, digits) for digits in args.id) or undelivered(ledger)
        if not parcels:
            print(
                "未配達の請求ファイルはありません"
                if args.lang == "ja"
                else "no claim is undelivered: nothing to export"
            )
            return Exit.NO
        done = export(ledger, places, _each_once(parcels), to=args.to, password=_password(args), now=datetime.now(UTC))
    print("\n".join(_said(done, args.lang)))
    return Exit.OK


def _require_medium(to: Path, places: Places, *, own_disk: bool) -> None:
    """A medium that is not mounted is a folder of the box's own disk: nobody would carry that to the terminal."""
    if not to.is_dir():
        raise RelayRefused(f"{to}: no such folder. mount the medium and name a folder on it", wrong_input=True)
    if not own_disk and to.stat().st_dev == places.root.stat().st_dev:
        raise RelayRefused(
            f"{to}: on this box's own disk. is the medium mounted? (--own-disk allows it)", wrong_input=True
        )


def _password(args: argparse.Namespace) -> str:
    password = password_of(args, twice=True)
    if trouble := password_trouble(password):
        raise RelayRefused(trouble, wrong_input=True)
    return password


def _each_once(parcels: tuple[Parcel, ...]) -> tuple[Parcel, ...]:
    return tuple({parcel.id: parcel for parcel in parcels}.values())


def _said(done: Exported, lang: str) -> list[str]:
    if lang == "ja":
        return [
            f"{done.archive}: {len(done.parcels)} 件を暗号化して書き出し、読み戻して確かめました",
            f"  sha256 {done.digest}",
            f"  {done.held} 件を保留にしました。保留を解除しない限り、ゲートウェイからは配達されません",
        ]
    return [
        f"{done.archive}: {len(done.parcels)} exported, encrypted and read back",
        f"  sha256 {done.digest}",
        f"  {done.held} held from now on: the gateway delivers what is held only if somebody releases it",
    ]


COMMANDS = (
    Command(
        name="export",
        summary="undelivered claims as an encrypted archive on removable media; they are held from then on. the relay must be stopped",
        example="claim-gateway files export --to /media/usb",
        arguments=_arguments,
        run=_run,
    ),
)

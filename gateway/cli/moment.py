"""`--at`: look at things as if it were another time."""

import argparse
from datetime import UTC, datetime

from gateway.claims.calendar import JAPAN


def moment_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--at`."""
    parser.add_argument(
        "--at",
        type=_moment,
        metavar="TIME",
        help="as if it were then, such as 2026-11-08T12:00; Japan's clock unless a zone is written (default: now)",
    )


def moment_of(args: argparse.Namespace) -> datetime:
    """The time asked about, with its zone."""
    at: datetime | None = args.at
    return at or datetime.now(UTC)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r:.40} is not a time. write it as 2026-11-08T12:00") from None
    # A year of margin on both sides: deadlines lie up to two months away.
    if not 1900 < moment.year < 9000:
        raise argparse.ArgumentTypeError(f"{text!r:.40} lies outside every calendar. write a year such as 2026")
    return moment if moment.tzinfo else moment.replace(tzinfo=JAPAN)

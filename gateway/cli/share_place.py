"""Where the Windows share keeps its things on this box: the options of the commands that ask."""

import argparse
from pathlib import Path

from gateway.relay.places import PEOPLE, Places
from gateway.relay.windows_share.place import SharePlace


def share_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--share-state-dir` and `--share-run-dir`, the unit's own directories."""
    for option, default in (("state", "/var/lib/claim-gateway-share"), ("run", "/run/claim-gateway-share")):
        parser.add_argument(
            f"--share-{option}-dir",
            type=Path,
            default=Path(default),
            metavar="DIR",
            help="the share's; default: %(default)s",
        )


def share_place(args: argparse.Namespace, state_dir: Path) -> SharePlace:
    """`state_dir` is the relay's. The folders are where the unit mounts them."""
    return SharePlace(
        state=args.share_state_dir,
        run=args.share_run_dir,
        people=Places(state_dir).root / PEOPLE,
        approvals=state_dir / "approvals",
    )

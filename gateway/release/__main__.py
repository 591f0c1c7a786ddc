"""What Ansible runs on a box in an unpacked release: `python3 -m gateway.release FOLDER [--emergency]`.

Prints {release, changed} as JSON. Exit codes are those of `claim-gateway` (docs/commands.md).
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.release.errors import Failed, NotNow, WrongRelease
from gateway.release.install import BASE, alone, bring, build, forget_others, in_use, installed_at, told
from gateway.release.window import refuse_in_claim_days


def main() -> int:
    """Install the release in the folder given. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="install")
    parser.add_argument("release", type=Path)
    parser.add_argument("--emergency", action="store_true")
    args = parser.parse_args()
    try:
        changed = _install(args.release.resolve(), emergency=args.emergency)
    except NotNow as error:
        print(error, file=sys.stderr)
        return 1
    except WrongRelease as error:
        print(error, file=sys.stderr)
        return 2
    except Failed as error:
        print(error, file=sys.stderr)
        return 4
    print(json.dumps({"release": args.release.name, "changed": changed}))
    return 0


def _install(release: Path, *, emergency: bool) -> tuple[str, ...]:
    with told(), alone(BASE):
        before = in_use(BASE)
        if before is not None and before != release:
            refuse_in_claim_days(datetime.now(UTC), emergency=emergency, installed=installed_at(before))
        build(release)
        changed = bring(release)
        if before != release:
            forget_others(BASE, release, before)
    return changed


if __name__ == "__main__":
    sys.exit(main())

"""`python -m gateway.release.assemble`: a release's archive from a checkout and downloaded wheels. `make dist` runs it.

The same input makes the same archive, byte for byte: a release is called by its digest.
"""

import argparse
import json
import re
import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

import gateway
from gateway.release.archive import REQUIREMENTS, SIGNATURE, SUMS, SYSTEM, WHEELS, digest
from gateway.release.bill import bill
from gateway.release.errors import WrongRelease
from gateway.release.packages import EVERY_PACKAGE
from gateway.release.place import target_of
from gateway.release.signature import sign

INSTALL = """#!/usr/bin/python3
# Debian's Python alone; the program comes from its own wheel.
import runpy
import sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(next((here / "wheels").glob("claim_gateway-*.whl"))))
sys.argv = ["install", str(here), *sys.argv[1:]]
runpy.run_module("gateway.release", run_name="__main__")
"""
ROLE = ("ansible.cfg", "site.yml", "roles")
"""Not the inventory: it is one vendor's own, with its sites in it."""
CONTROLLER = frozenset({"ansible-core", "jinja2", "markupsafe", "packaging", "pyyaml", "resolvelib"})
"""What a controller needs that a box does not."""


def assemble(checkout: Path, wheels: Path, archive: Path, signing_key: Path | None) -> None:
    """Write `archive`, whole or not at all. `wheels` holds the product's own wheel beside all others."""
    with tempfile.TemporaryDirectory(prefix=".release-", dir=archive.parent) as held:
        folder = Path(held) / "release"
        shutil.copytree(wheels, folder / WHEELS, ignore=shutil.ignore_patterns(".*"))
        _requirements(checkout, folder)
        (folder / SYSTEM).mkdir()
        for file in (checkout / SYSTEM).iterdir():
            if target_of(file.name) is not None:
                shutil.copyfile(file, folder / SYSTEM / file.name)
        for name in ROLE:
            _copied(checkout / "ansible" / name, folder / "ansible" / name)
        (folder / "install").write_text(INSTALL)
        shutil.copyfile(checkout / "LICENSE", folder / "LICENSE")
        digests = {wheel.name: digest(wheel) for wheel in (folder / WHEELS).iterdir()}
        materials = json.dumps(bill(gateway.__version__, digests, EVERY_PACKAGE), indent=1)
        (folder / "sbom.cdx.json").write_text(f"{materials}\n")
        seal(folder, archive, signing_key)


def seal(folder: Path, archive: Path, signing_key: Path | None) -> None:
    """Sum up what is in `folder`, sign it if there is a key, and write the archive, whole or not at all."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in (SUMS, SIGNATURE))
    (folder / SUMS).write_text("".join(f"{digest(path)}  {path.relative_to(folder)}\n" for path in files))
    if signing_key is not None:
        sign(folder, signing_key)
    fresh = archive.with_name(f".{archive.name}.new")
    fresh.unlink(missing_ok=True)
    _pack(folder, fresh)
    fresh.replace(archive)


def _requirements(checkout: Path, folder: Path) -> None:
    own = next((folder / WHEELS).glob("claim_gateway-*.whl"))
    line = f"claim-gateway=={own.name.split('-')[1]} --hash=sha256:{digest(own)}\n"
    (folder / REQUIREMENTS).write_text((checkout / "requirements.lock").read_text() + line)
    locked = (checkout / "requirements-dev.lock").read_text()
    (folder / "controller.txt").write_text(controller(locked))


def controller(lock: str) -> str:
    """The entries of a lock (pip-compile's) that a controller needs beside a box's, with their hashes."""
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    return "".join(entry for entry in entries if entry.split("==")[0] in CONTROLLER)


def _copied(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    else:
        shutil.copyfile(source, target)


def _pack(folder: Path, archive: Path) -> None:
    with tarfile.open(archive, "x:", format=tarfile.USTAR_FORMAT) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            member = tarfile.TarInfo(str(path.relative_to(folder)))
            member.size, member.mode = path.stat().st_size, 0o755 if path.name == "install" else 0o644
            with path.open("rb") as content:
                packed.addfile(member, content)


def main() -> int:
    """Read the command line, assemble, say where it is."""
    parser = argparse.ArgumentParser(prog="make dist")
    parser.add_argument("--wheels", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--signing-key", type=Path)
    args = parser.parse_args()
    try:
        assemble(Path.cwd(), args.wheels, args.to, args.signing_key)
    except WrongRelease as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{args.to}: {args.to.stat().st_size >> 20} MiB, {'signed' if args.signing_key else 'not signed'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a release's archive holds, how it is read, and what each file in it is held to.

SHA256SUMS names every other file but its own signature, as sha256sum(1) writes it, so that anybody can check by hand.
"""

import hashlib
import re
import tarfile
from pathlib import Path, PurePosixPath

from gateway.release.errors import WrongRelease

SUMS = "SHA256SUMS"
SIGNATURE = f"{SUMS}.sig"
REQUIREMENTS = "requirements.txt"
WHEELS = "wheels"
SYSTEM = "systemd"
LEAST_FREE_BYTES = 512 * 1024 * 1024
"""Unpacked wheels and the environment made of them take some 150 MB."""
_FILE_MAX_BYTES = 64 * 1024 * 1024
_FILES_MAX = 2000
ARCHIVE_MAX_BYTES = 384 * 1024 * 1024
"""A few times what a release has; nobody vouches for it yet while it is unpacked, and the disk is the relay's as well."""
_LINE = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<name>[^/\0\n][^\0\n]*)")
_BLOCK = 1 << 20


def digest(file: Path) -> str:
    """A file's SHA-256, hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def name_of(archive: Path) -> str:
    """What a release is called on a box: the first 16 digits of its archive's digest."""
    return digest(archive)[:16]


def unpack(archive: Path, folder: Path) -> None:
    """Write the archive's regular files below `folder`, which is empty. Raises WrongRelease for anything else in it."""
    total = 0
    try:
        with tarfile.open(archive, "r:") as packed:
            for count, member in enumerate(packed):
                total += member.size
                fits = count < _FILES_MAX and 0 <= member.size <= _FILE_MAX_BYTES and total <= ARCHIVE_MAX_BYTES
                if not fits:
                    raise WrongRelease(f"{archive}: is larger than any release. make it anew with: make dist")
                _write(packed, member, folder, archive)
    except (tarfile.TarError, EOFError, ValueError) as error:  # ValueError: figures in a header that are none
        raise WrongRelease(f"{archive}: is not a release, or is cut short ({error}). copy it anew") from error
    except OSError as error:
        raise WrongRelease(f"{error.filename or archive}: {error.strerror}. put the archive there") from error


def _write(packed: tarfile.TarFile, member: tarfile.TarInfo, folder: Path, archive: Path) -> None:
    name = PurePosixPath(member.name)
    # A sparse file is larger than its archive: no release has one.
    content = packed.extractfile(member) if member.isreg() and not member.issparse() else None
    if content is None or name.is_absolute() or ".." in name.parts:
        raise WrongRelease(f"{archive}: holds more than plain files below one folder. make it anew with: make dist")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as written:
        while block := content.read(_BLOCK):
            written.write(block)
    target.chmod(0o755 if member.mode & 0o100 else 0o644)


def verify(folder: Path) -> None:
    """See that what was unpacked is exactly what SHA256SUMS says. Raises WrongRelease."""
    wanted = sums((folder / SUMS).read_text(errors="replace")) if (folder / SUMS).is_file() else {}
    if not wanted:
        raise WrongRelease(f"{folder}: holds no {SUMS}: it is not a release. make one with: make dist")
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    for name in sorted((found.keys() ^ wanted.keys()) - {SUMS, SIGNATURE}):
        raise WrongRelease(f"{name}: {'is missing' if name in wanted else f'is not in {SUMS}'}. copy the archive anew")
    for name, expected in wanted.items():
        if digest(found[name]) != expected:
            raise WrongRelease(f"{name}: is damaged. copy the archive anew")


def sums(text: str) -> dict[str, str]:
    """Digests by name. Raises WrongRelease for a line that is not sha256sum's."""
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise WrongRelease(f"{SUMS}:{number}: is not a digest and a name. copy the archive anew")
        found[match["name"]] = match["digest"]
    return found

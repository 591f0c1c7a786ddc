"""A release as small as one can be."""

from pathlib import Path

from gateway.release.archive import SUMS, digest


def written(folder: Path, **files: str) -> Path:
    """An unpacked release with these files, names with a dot for `_`, and its digests."""
    (folder / "systemd").mkdir(parents=True)
    for name, content in {"requirements.txt": "", **files}.items():
        (folder / name).write_text(content)
    summed(folder)
    return folder


def summed(folder: Path) -> None:
    """Write SHA256SUMS of what is there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(SUMS))
    (folder / SUMS).write_text("".join(f"{digest(path)}  {path.relative_to(folder)}\n" for path in files))

"""Is it still ours? A copy is by its digest, a letter by the code it carries; what people changed is theirs and stays."""

from pathlib import PurePosixPath

from gateway.relay.directory import DirectoryShelf
from gateway.relay.errors import Changed
from gateway.relay.parcel import Fingerprint
from gateway.relay.shelf import Shelf
from gateway.relay.slip import unchanged

LETTER_MOST_BYTES = 1 << 16


async def remove_copy(shelf: Shelf, path: PurePosixPath, digest: str) -> bool:
    """Whether no file of ours lies at `path` any more: False if one lies there whose SHA-256 is not `digest`."""
    entry = next((one for one in await shelf.list(path.parent) if one.path.name == path.name), None)
    if entry is None:
        return True
    if await shelf.digest(path) != digest:
        return False
    return await _removed(shelf, path, entry.fingerprint)


async def remove_letter(people: DirectoryShelf, path: PurePosixPath) -> bool:
    """Whether no letter of ours lies at `path` any more."""
    entry = next((one for one in await people.list(path.parent) if one.path.name == path.name), None)
    if entry is None:
        return True
    data = await people.read(path, LETTER_MOST_BYTES)
    return data is not None and unchanged(data) and await _removed(people, path, entry.fingerprint)


async def _removed(shelf: Shelf, path: PurePosixPath, expected: Fingerprint) -> bool:
    try:
        await shelf.remove(path, expected)
    except Changed:
        return False
    return True

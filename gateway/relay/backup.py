"""A copy of the ledger while the relay goes on writing it, checked before it gets its name."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from gateway.relay import chain_rows, durable
from gateway.relay.chain import Head, breaks
from gateway.relay.errors import RelayRefused
from gateway.relay.ledger_file import LedgerError, open_for_reading, require_sound
from gateway.relay.spool_files import folder

_SQLITE_S_OWN = ("-journal", "-wal", "-shm")


def backup(ledger: Path, to: Path) -> Head:
    """Copy the ledger to the new file `to`, readable by its owner alone; the head of the chain it holds.

    SQLite's online backup (https://sqlite.org/backup.html) copies one moment; the relay does not wait for it. The copy is
    one file, without a log beside it. Raises RelayRefused if `to` exists or cannot be written, LedgerError for the rest.
    """
    if to.exists():
        raise RelayRefused(f"{to}: it exists. name a new file", wrong_input=True)
    part = to.with_name(f"{to.name}.part")
    if part.exists():
        raise RelayRefused(
            f"{part}: a copy that broke off, or one that is being made. remove it, or wait", wrong_input=True
        )
    try:
        with closing(open_for_reading(ledger)) as source, folder(to.parent) as here:
            os.close(durable.create(here, part.name))
            try:
                head = _copied(source, part)
                with part.open("rb") as copy:
                    durable.sync(copy.fileno())
                durable.rename(here, part.name, here, to.name)
                durable.sync_folder(here)
            except BaseException:
                _forget(here, part)
                raise
    except OSError as error:
        raise RelayRefused(f"{to}: {os.strerror(error.errno or 0)}. name a file in a folder you may write") from error
    except sqlite3.Error as error:
        raise LedgerError(f"{to}: the copy could not be made: {error}. see: claim-gateway files verify") from error
    return head


def _copied(source: sqlite3.Connection, part: Path) -> Head:
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.row_factory = sqlite3.Row
        require_sound(copy)
        found = next(breaks(chain_rows.links(copy)), None)
        head = chain_rows.newest(copy)
    if found is not None or head is None:
        raise LedgerError("the ledger's audit chain does not hold; nothing was kept. see: claim-gateway files verify")
    return head


def _forget(here: int, part: Path) -> None:
    for name in (part.name, *(f"{part.name}{suffix}" for suffix in _SQLITE_S_OWN)):
        with suppress(OSError):
            durable.unlink(here, name)

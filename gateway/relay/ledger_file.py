"""The ledger's file: opening it, refusing one that is not sound, and what SQLite's errors mean for the relay."""

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from gateway.relay import chain_rows
from gateway.relay.chain import breaks
from gateway.relay.durable import own_file
from gateway.relay.schema import VERSION, migrate, version_of

READ_TIMEOUT_S = 5.0  # for a process that only asks
WRITE_TIMEOUT_S = 0.1  # the relay's own calls hold its event loop: they wait shortly and are asked again
_PASSES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}


class LedgerError(Exception):
    """The ledger cannot be used: unreadable, newer than this program, or the disk failed. The relay stops."""


class LedgerBusy(LedgerError):
    """Another process writes, or the disk is full: nothing was changed, and asking again later will do."""


def rebuilt(path: Path) -> Path:
    """Where a rebuilt ledger lies until it takes the place of the one at `path`."""
    return path.with_name(f"{path.name}.rebuilt")


def open_for_writing(path: Path, now: datetime) -> sqlite3.Connection:
    """Create, migrate and check the ledger at `path`. What is not sound is refused and stays as it is. Raises LedgerError."""
    if rebuilt(path).exists():
        raise LedgerError(f"{rebuilt(path)}: a rebuild broke off. run once more: claim-gateway files rebuild")
    try:
        os.close(own_file(path))
        connection = sqlite3.connect(path, timeout=READ_TIMEOUT_S, isolation_level=None)
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"{path}: {error}. keep the file and ask the vendor") from error
    connection.row_factory = sqlite3.Row
    try:
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
        )
        require_sound(connection)
        migrate(connection, now)
        _require_chain(connection)
        connection.execute(f"PRAGMA busy_timeout = {WRITE_TIMEOUT_S * 1000:.0f}")
    except sqlite3.Error as error:
        connection.close()
        raise LedgerError(f"{path}: {error}. keep the file, and see: claim-gateway files verify") from error
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, beside a running relay or after it. Raises LedgerError."""
    try:
        connection, version = _asked(path, "mode=ro")
    except sqlite3.Error as error:
        if not _at_rest(path, error):
            raise _unreadable(path, error) from error
        try:
            connection, version = _asked(path, "mode=ro&immutable=1")
        except sqlite3.Error as damaged:
            raise _unreadable(path, damaged) from damaged
    if version != VERSION:
        connection.close()
        raise LedgerError(
            f"{path}: schema version {version}, this program reads {VERSION}. start the relay of this version once"
        )
    return connection


def _asked(path: Path, how: str) -> tuple[sqlite3.Connection, int]:
    """An open connection, and the schema's version. Raises sqlite3.Error."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=READ_TIMEOUT_S)
    connection.row_factory = sqlite3.Row
    try:
        return connection, version_of(connection)
    except sqlite3.Error:
        connection.close()
        raise


def _at_rest(path: Path, error: sqlite3.Error) -> bool:
    """Whether the last writer closed the ledger, and this reader may make no file beside it, as SQLite does in WAL mode.

    Everything is then in the one file, which may be read as it is (sqlite.org/wal.html, "Read-Only Databases").
    """
    refused = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CANTOPEN
    return refused and path.exists() and not path.with_name(f"{path.name}-wal").exists()


def trouble(error: sqlite3.Error, what: str) -> LedgerError:
    """The error to raise for SQLite's: LedgerBusy for what passes by itself."""
    code = getattr(error, "sqlite_errorcode", 0)
    kind = LedgerBusy if code in _PASSES or code & 0xFF in _PASSES else LedgerError
    return kind(f"the ledger {what}: {error}")


def require_sound(connection: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError for a file whose pages are not what SQLite wrote."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError("the ledger is damaged")


def _require_chain(connection: sqlite3.Connection) -> None:
    found = next(breaks(chain_rows.links(connection)), None)
    if found is not None:
        raise sqlite3.DatabaseError(f"the audit chain does not hold at link {found.sequence}: {found.why}")


def _unreadable(path: Path, error: sqlite3.Error) -> LedgerError:
    return LedgerError(f"{path}: {error}. is the relay's state directory right, and has the relay run?")

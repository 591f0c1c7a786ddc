import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.relay.ledger import Ledger, LedgerBusy, LedgerError
from gateway.relay.ledger_file import open_for_reading, open_for_writing, rebuilt, trouble
from gateway.relay.schema import VERSION
from tests.relay.test_ledger import NOW, parcel


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite3"
    with Ledger.open(path, NOW) as ledger:
        for number in range(1, 6):
            ledger.record(parcel(number), "Begun", NOW)
    return path


def change(path: Path, script: str) -> bytes:
    """Change the file behind the relay's back. Returns its bytes from then on."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(script)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("script", "link"),
    [
        ("DROP TRIGGER chain_is_never_changed; UPDATE chain SET record = record || ' ' WHERE sequence = 3", "link 3"),
        ("DROP TRIGGER chain_is_never_removed; DELETE FROM chain WHERE sequence = 4", "link 4"),
        ("DROP TRIGGER chain_is_never_removed; DELETE FROM chain", "no chain"),
        ("DROP TRIGGER chain_is_never_removed; DELETE FROM chain WHERE sequence < 3", "no link says"),
    ],
)
def test_a_chain_that_does_not_hold_keeps_the_relay_from_starting_and_the_file_as_it_is(
    path: Path, script: str, link: str
) -> None:
    left = change(path, script)

    with pytest.raises(LedgerError, match=f"chain.*{link}.*keep the file") as refused:
        open_for_writing(path, NOW)

    assert "\n" not in str(refused.value)
    assert path.read_bytes() == left


def test_a_rebuild_that_broke_off_keeps_the_relay_from_starting(path: Path) -> None:
    rebuilt(path).write_bytes(b"")

    with pytest.raises(LedgerError, match="files rebuild"):
        open_for_writing(path, NOW)


def test_a_reader_says_which_version_it_reads(path: Path) -> None:
    change(path, f"PRAGMA user_version = {VERSION - 1}")

    with pytest.raises(LedgerError, match=f"reads {VERSION}. start the relay"):
        open_for_reading(path)


@pytest.mark.root
def test_after_a_clean_stop_who_may_write_no_file_reads_it_all_the_same(path: Path) -> None:
    """As `status` does from its unit: SQLite would make files beside a ledger that nobody has open."""
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    read = (
        "import sys; from pathlib import Path; from gateway.relay.ledger_file import open_for_reading as r;"
        " print(r(Path(sys.argv[1])).execute('SELECT count(*) FROM parcel').fetchone()[0])"
    )
    sealed = f"mount --bind {path.parent} {path.parent} && mount -o remount,bind,ro {path.parent} && exec "
    command = sealed + shlex.join((sys.executable, "-c", read, str(path)))

    done = subprocess.run(
        ("unshare", "--mount", "sh", "-ec", command), capture_output=True, text=True, check=False, timeout=30
    )

    assert (done.stdout, done.stderr) == ("5\n", "")


def test_a_reader_cannot_write(path: Path) -> None:
    connection = open_for_reading(path)
    try:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM parcel")
    finally:
        connection.close()


def test_a_link_in_the_ledger_s_place_is_not_followed(path: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(path)

    with pytest.raises(LedgerError, match="symbolic links"):
        open_for_writing(tmp_path / "link", NOW)


def test_what_passes_by_itself_is_busy_and_the_rest_is_an_error() -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL

    assert type(trouble(full, "x")) is LedgerBusy
    assert type(trouble(sqlite3.DatabaseError("malformed"), "x")) is LedgerError

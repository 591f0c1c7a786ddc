import sqlite3
import threading
from pathlib import Path

import pytest

from gateway.relay.backup import backup
from gateway.relay.errors import RelayRefused
from gateway.relay.ledger import Ledger, LedgerError
from tests.relay.test_ledger import NOW, parcel


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite3"
    with Ledger.open(path, NOW) as opened:
        opened.record(parcel(1), "Begun", NOW)
    return path


def test_a_backup_is_one_private_file_with_everything(ledger: Path, tmp_path: Path) -> None:
    to = tmp_path / "copy.sqlite3"
    with Ledger.open(ledger) as running:
        running.record(parcel(2), "Begun", NOW)  # lies in the log, not in the file yet

        head = backup(ledger, to)

        assert head == running.head()
        assert [file.name for file in tmp_path.glob("copy*")] == ["copy.sqlite3"]
        assert to.stat().st_mode & 0o777 == 0o600
        assert (
            to.read_bytes()[18:20] == b"\x01\x01"
        )  # no log is expected beside it (https://sqlite.org/fileformat.html)
        with Ledger.read(to) as copy:
            assert copy.stored() == running.stored()


def test_a_backup_while_the_relay_writes_is_one_moment_and_keeps_nobody_waiting(ledger: Path, tmp_path: Path) -> None:
    done = threading.Event()

    def write() -> None:
        with Ledger.open(ledger) as running:
            number = 1
            while not done.is_set():
                number += 1
                running.record(parcel(number), "Begun", NOW)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        heads = [backup(ledger, tmp_path / f"copy-{number}") for number in range(5)]
    finally:
        done.set()
        writer.join()

    assert heads == sorted(heads, key=lambda head: head.sequence)
    for number, head in enumerate(heads):
        with Ledger.read(tmp_path / f"copy-{number}") as copy:
            assert copy.head() == head


def test_nothing_is_overwritten(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")

    with pytest.raises(RelayRefused, match="it exists"):
        backup(ledger, tmp_path / "mine")

    assert (tmp_path / "mine").read_text() == "mine"


def test_a_copy_that_broke_off_is_named_and_left(ledger: Path, tmp_path: Path) -> None:
    part = tmp_path / "copy.sqlite3.part"
    part.write_bytes(b"half")

    with pytest.raises(RelayRefused, match=r"copy\.sqlite3\.part: a copy that broke off.* remove it, or wait"):
        backup(ledger, tmp_path / "copy.sqlite3")

    assert part.read_bytes() == b"half"


def test_a_folder_that_is_not_there_is_one_line(ledger: Path, tmp_path: Path) -> None:
    with pytest.raises(RelayRefused, match="No such file"):
        backup(ledger, tmp_path / "usb" / "copy")


def test_a_ledger_whose_chain_does_not_hold_leaves_no_copy_behind(ledger: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(ledger)
    connection.executescript("DROP TRIGGER chain_is_never_changed; UPDATE chain SET hash = 'x' WHERE sequence = 1;")
    connection.close()

    with pytest.raises(LedgerError, match="chain does not hold"):
        backup(ledger, tmp_path / "copy")

    assert list(tmp_path.glob("copy*")) == []

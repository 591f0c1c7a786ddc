import hashlib
from pathlib import Path

from gateway.relay.spool_files import FileState, digest_in, file_state, parcel_files

ID = "a" * 32


def test_only_whole_files_are_parcels(tmp_path: Path) -> None:
    for name in (ID, f"{ID}.part", f"{'b' * 32}.note", "README", "A" * 32):
        (tmp_path / name).write_bytes(b"x")

    assert parcel_files(tmp_path) == {ID}


def test_a_file_is_whole_other_gone_or_unreadable(tmp_path: Path) -> None:
    digest = hashlib.sha256(b"claim").hexdigest()
    assert file_state(tmp_path, ID, digest) is FileState.GONE

    (tmp_path / ID).write_bytes(b"claim")
    assert digest_in(tmp_path, ID) == (digest, 5)
    assert file_state(tmp_path, ID, digest) is FileState.WHOLE
    assert file_state(tmp_path, ID, "0" * 64) is FileState.OTHER

    (tmp_path / ID).unlink()
    (tmp_path / ID).mkdir()
    assert file_state(tmp_path, ID, digest) is FileState.UNREADABLE

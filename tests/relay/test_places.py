from pathlib import Path

import pytest

from gateway.relay.places import Places


def test_everything_lies_on_one_mount_for_one_user(tmp_path: Path) -> None:
    places = Places(tmp_path / "state")
    places.prepare()
    places.prepare()

    folders = [places.spool, places.drop / "社保", places.drop / "国保", places.delivered, places.returns, places.held]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert {folder.stat().st_dev for folder in folders} == {places.root.stat().st_dev}


def test_a_file_in_a_folder_s_place_is_not_removed(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.root.mkdir()
    places.spool.write_bytes(b"x")

    with pytest.raises(NotADirectoryError):
        places.prepare()

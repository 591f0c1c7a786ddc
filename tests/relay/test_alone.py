from pathlib import Path

import pytest

from gateway.relay.alone import alone
from gateway.relay.errors import RelayRefused


def test_the_second_is_told_who_was_first(tmp_path: Path) -> None:
    with (
        alone(tmp_path / "lock"),
        pytest.raises(RelayRefused, match="another relay works in"),
        alone(tmp_path / "lock"),
    ):
        pass


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    with alone(tmp_path / "lock"):
        pass
    with alone(tmp_path / "lock"):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_what_root_begins_the_folder_s_owner_can_go_on_with(tmp_path: Path) -> None:
    with alone(tmp_path / "lock"):
        assert (tmp_path / "lock").stat().st_uid == tmp_path.stat().st_uid


def test_a_lock_that_is_no_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RelayRefused, match="must be a file"), alone(tmp_path):
        pass

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.relay.drop_use import Door, DropUse, Use, read

NOW = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


def test_sessions_are_counted_and_the_last_use_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "use.json"
    use = DropUse(file, Door.SHARE, ("山田", "鈴木"))

    use.came("山田", NOW)
    use.came("山田", NOW)
    use.went("山田", NOW)
    use.did("山田", LATER)
    use.write()

    assert read(file) == (Use("山田", Door.SHARE, 1, LATER), Use("鈴木", Door.SHARE, 0, None))


def test_a_door_that_starts_anew_has_no_sessions_and_remembers_when(tmp_path: Path) -> None:
    file = tmp_path / "use.json"
    before = DropUse(file, Door.SFTP, ("山田", "佐藤"))
    before.came("山田", NOW)
    before.write()

    DropUse(file, Door.SFTP, ("山田",)).write()

    assert read(file) == (Use("山田", Door.SFTP, 0, NOW),)


def test_an_end_without_a_beginning_counts_nothing_below_none(tmp_path: Path) -> None:
    use = DropUse(tmp_path / "use.json", Door.SHARE, ())
    use.went("山田", NOW)
    use.write()

    assert read(tmp_path / "use.json") == (Use("山田", Door.SHARE, 0, NOW),)


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", '[{"person": "x"}]', '[{"person":"x","door":"y","sessions":1,"last":null}]']
)
def test_a_file_that_says_nothing_is_nobody(tmp_path: Path, content: str) -> None:
    file = tmp_path / "use.json"
    file.write_text(content)

    assert read(file) == ()
    assert read(tmp_path / "missing.json") == ()

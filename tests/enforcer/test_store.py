import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.enforcer.confirmation import Entry, Standing, Trial, adopted
from gateway.enforcer.errors import StateError
from gateway.enforcer.store import Store, digest_of

SITE = "site: 若葉クリニック\n".encode()


def entry(number: int, digest: str) -> Entry:
    return Entry(number, digest, datetime(2026, 11, 10, 3, tzinfo=UTC), "root (test, pid 1)", "新しい端末")


def test_a_new_place_knows_nothing_and_is_nobodys_to_read(tmp_path: Path) -> None:
    store = Store(tmp_path / "state")
    assert store.standing() == Standing()
    assert (tmp_path / "state" / "sites").stat().st_mode & 0o777 == 0o700


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.keep(SITE)
    standing = Standing((entry(1, digest),), Trial(entry(2, digest), 12.5, "boot"), 3)
    store.write(standing)
    assert Store(tmp_path).standing() == standing
    assert store.site_file(digest).read_bytes() == SITE
    assert digest == digest_of(SITE)


def test_sites_that_nothing_names_go(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept, forgotten = store.keep(SITE), store.keep(b"another")
    store.write(adopted(Standing(), entry(1, kept)))
    assert store.site_file(kept).exists()
    assert not store.site_file(forgotten).exists()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"confirmed": [], "trial": 3, "next_number": 1}', '{"confirmed": [{}]}']
)
def test_a_damaged_state_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    store = Store(tmp_path)
    (tmp_path / "standing.json").write_text(content)
    with pytest.raises(StateError, match=r"standing\.json: cannot be read: .*apply the site file again") as caught:
        store.standing()
    assert "\n" not in str(caught.value)


def test_a_place_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state").chmod(0o770)
    with pytest.raises(StateError, match="others than its owner may write here"):
        Store(tmp_path / "state")


@pytest.mark.root
def test_a_place_that_belongs_to_another_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 12_345, 12_345)
    with pytest.raises(StateError, match="others than its owner"):
        Store(tmp_path)


def test_a_place_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="Not a directory"):
        Store(tmp_path / "file" / "state")

"""保留 to 承認 by the right and the wrong person."""

from pathlib import Path

import pytest

from tests.relay.sftp_drop.rig import Drop


@pytest.fixture
def held(drop: Drop, request: pytest.FixtureRequest) -> Path:
    file = drop.places.held / f"{abs(hash(request.node.name)) % 10**9}.UKE"
    file.write_bytes(b"held")
    return file


def test_who_may_release_moves_it_into_their_own_folder_whichever_they_name(drop: Drop, held: Path) -> None:
    assert drop.sftp(f"rename 保留/{held.name} 保留/承認/{held.name}\n").returncode == 0

    assert (drop.places.held / "承認" / "山田" / held.name).read_bytes() == b"held"
    assert not held.exists()


def test_and_rejects_it(drop: Drop, held: Path) -> None:
    assert drop.sftp(f"rename 保留/{held.name} 保留/却下/{held.name}\n").returncode == 0

    assert (drop.places.held / "却下" / held.name).read_bytes() == b"held"


def test_who_may_not_release_moves_nothing(drop: Drop, held: Path) -> None:
    for folder in ("承認", "承認/山田", "承認/鈴木", "却下"):
        assert drop.sftp(f"rename 保留/{held.name} 保留/{folder}/{held.name}\n", "suzuki").returncode == 1

    assert held.read_bytes() == b"held"


@pytest.mark.parametrize(
    "to", ["承認/鈴木/{0}", "承認/山田/x/{0}", "{0}.renamed", "../請求/{0}", "../返戻/{0}", "承認/山田/CON"]
)
def test_not_to_another_person_s_folder_nor_anywhere_else(drop: Drop, held: Path, to: str) -> None:
    assert drop.sftp(f"rename 保留/{held.name} 保留/{to.format(held.name)}\n").returncode == 1

    assert held.read_bytes() == b"held"


def test_never_over_another_file_and_no_link_or_folder(drop: Drop, held: Path) -> None:
    taken = drop.places.held / "承認" / "山田" / "taken.UKE"
    taken.write_bytes(b"other")
    link = drop.places.held / f"{held.name}.link"
    link.symlink_to("/etc/passwd")

    assert drop.sftp(f"rename 保留/{held.name} 保留/承認/taken.UKE\n").returncode == 1
    assert drop.sftp(f"rename 保留/{link.name} 保留/承認/{link.name}\n").returncode == 1
    assert drop.sftp("rename 保留/承認 保留/却下/x\n").returncode == 1

    assert (taken.read_bytes(), held.read_bytes(), link.is_symlink()) == (b"other", b"held", True)

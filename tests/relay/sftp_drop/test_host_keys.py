from pathlib import Path

import pytest

from gateway.relay.sftp_drop.host_keys import FOLDER, HostKeyUnsafe, fingerprints, host_keys


def test_made_once_for_their_owner_alone_and_the_same_ever_after(tmp_path: Path) -> None:
    assert fingerprints(tmp_path) == ()

    first = [key.get_fingerprint() for key in host_keys(tmp_path)]

    assert [key.get_fingerprint() for key in host_keys(tmp_path)] == first
    assert [line.split()[1] for line in fingerprints(tmp_path)] == first
    assert {file.name for file in (tmp_path / FOLDER).iterdir()} == {"ed25519", "ed25519.pub", "rsa", "rsa.pub"}
    assert {(tmp_path / FOLDER / name).stat().st_mode & 0o777 for name in ("ed25519", "rsa")} == {0o600}


@pytest.mark.parametrize("spoilt", ["mode", "content", "link"])
def test_a_key_others_may_know_is_refused_and_never_replaced(tmp_path: Path, spoilt: str) -> None:
    host_keys(tmp_path)
    file = tmp_path / FOLDER / "ed25519"
    before = file.read_bytes()
    match spoilt:
        case "mode":
            file.chmod(0o640)
        case "content":
            file.write_bytes(b"")
        case "link":
            file.rename(tmp_path / "elsewhere")
            file.symlink_to(tmp_path / "elsewhere")

    with pytest.raises((HostKeyUnsafe, OSError)):
        host_keys(tmp_path)

    assert file.read_bytes() == (b"" if spoilt == "content" else before)


def test_cut_off_while_being_made_they_are_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    for name in ("ed25519.new", "ed25519.pub", "ed25519.pub.new"):
        (folder / name).write_bytes(b"half")

    keys = host_keys(tmp_path)

    assert [line.split()[1] for line in fingerprints(tmp_path)] == [key.get_fingerprint() for key in keys]

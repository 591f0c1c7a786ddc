import subprocess
from pathlib import Path

import pytest

from gateway.release.errors import WrongRelease
from gateway.release.signature import NAMESPACE, sign, signer
from tests.release.release import summed, written


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return made(tmp_path / "key")


def made(file: Path) -> Path:
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)), check=True, timeout=10)
    return file


def trusted(key: Path) -> Path:
    signers = key.with_name("signers")
    signers.write_text(f'vendor@example.com namespaces="{NAMESPACE}" {key.with_name(f"{key.name}.pub").read_text()}')
    return signers


def test_the_signer_is_named(tmp_path: Path, key: Path) -> None:
    folder = written(tmp_path / "release")
    sign(folder, key)

    assert signer(folder, trusted(key)) == "vendor@example.com"


def test_a_changed_release_is_refused(tmp_path: Path, key: Path) -> None:
    folder = written(tmp_path / "release")
    sign(folder, key)
    (folder / "more").write_text("more")
    summed(folder)

    with pytest.raises(WrongRelease, match="does not fit"):
        signer(folder, trusted(key))


def test_a_strangers_signature_does_not_count(tmp_path: Path, key: Path) -> None:
    folder = written(tmp_path / "release")
    sign(folder, made(tmp_path / "stranger"))

    with pytest.raises(WrongRelease, match="signed by nobody"):
        signer(folder, trusted(key))


def test_a_signature_for_something_else_does_not_count(tmp_path: Path, key: Path) -> None:
    folder = written(tmp_path / "release")
    subprocess.run(
        ("ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", "file", str(folder / "SHA256SUMS")),
        check=True,
        capture_output=True,
        timeout=10,
    )

    with pytest.raises(WrongRelease):
        signer(folder, trusted(key))


def test_an_unsigned_release_and_a_box_that_trusts_nobody_are_told_apart(tmp_path: Path, key: Path) -> None:
    folder = written(tmp_path / "release")

    with pytest.raises(WrongRelease, match="is not signed"):
        signer(folder, trusted(key))
    with pytest.raises(WrongRelease, match="no release is trusted"):
        signer(folder, tmp_path / "absent")

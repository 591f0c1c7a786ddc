"""The daemon as a process, against a real sshd: there and back, and across the server's death."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.relay.parcel import State
from gateway.twin.sshd import Sshd
from tests.claims.synthetic import big_claim_file, return_file
from tests.relay.process import ADDRESS, SITE, RelayRun, namespace, until

pytestmark = pytest.mark.root

SAMPLE = (SITE.parent / "samples" / "RECEIPTC.UKE").read_bytes()


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with (
        namespace() as name,
        Sshd(tmp_path / "terminal", user="relay", addresses=(ADDRESS,), namespace=name, folder="receipt") as server,
    ):
        yield server


@pytest.fixture
def relay(tmp_path: Path, sshd: Sshd) -> Iterator[RelayRun]:
    smb = "smb: {server: 192.168.20.10, user: relay, password_file: credentials/terminal}"
    sftp = "sftp: {server: 192.168.20.10, user: relay, key_file: credentials/terminal, folder: receipt, host_key: "
    site = SITE.read_text().replace(smb, f"{sftp}{sshd.host_key}}}")
    with RelayRun(tmp_path / "relay", sshd.namespace or "", site) as run:
        (run.place / "credentials" / "terminal").write_bytes(sshd.key.read_bytes())
        yield run


def claims_on(sshd: Sshd) -> list[bytes]:
    return [file.read_bytes() for file in sorted((sshd.share / "claims").rglob("*.UKE"))]


def test_the_sample_goes_out_and_a_return_comes_back_byte_for_byte(relay: RelayRun, sshd: Sshd) -> None:
    relay.start()
    (sshd.share / "returns" / "RECEIPTC (1).HEN").write_bytes(return_file())
    relay.drop("RECEIPTC.UKE", SAMPLE)

    claim, back = sorted(relay.await_states(State.NOTED, State.NOTED), key=lambda parcel: parcel.direction)

    assert claims_on(sshd) == [SAMPLE]
    assert (relay.places.returns / str(back.target)).read_bytes() == return_file()
    assert [file.name for file in (sshd.share / "returns" / "取込済").iterdir()] == ["RECEIPTC (1).HEN"]
    assert list((sshd.share / ".gateway").iterdir()) == []
    assert claim.attempt == 1
    assert relay.stop() == 0
    assert "RECEIPTC" not in relay.log.read_text()


def test_a_server_that_dies_in_the_middle_and_comes_back_has_the_file_once(relay: RelayRun, sshd: Sshd) -> None:
    content = big_claim_file(20_000_000)
    relay.start()
    until(lambda: "share answers" in relay.log.read_text(), "the terminal answers")
    relay.drop("RECEIPTC.UKE", content)
    temporaries = sshd.share / ".gateway"
    until(lambda: any(file.stat().st_size for file in temporaries.glob("*")), "the first bytes")

    sshd.kill()
    until(lambda: "does not answer" in relay.log.read_text(), "the silence is told")
    sshd.start()

    (parcel,) = relay.await_states(State.NOTED)
    assert parcel.attempt >= 2
    assert claims_on(sshd) == [content]
    until(lambda: not list(temporaries.iterdir()), "our leavings are swept")

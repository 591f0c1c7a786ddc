"""The daemon as a process, against a real smbd: killed, out-paced, lied to."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.relay.parcel import State
from gateway.twin.smbd import Smbd
from tests.claims.synthetic import big_claim_file, claim_file, receipt, return_file
from tests.relay.process import SITE, RelayRun, namespace, on_terminal, terminal, until

pytestmark = pytest.mark.root

SAMPLE = (SITE.parent / "samples" / "RECEIPTC.UKE").read_bytes()
BIG = big_claim_file(5_000_000)


@pytest.fixture
def net() -> Iterator[str]:
    with namespace() as name:
        yield name


@pytest.fixture
def relay(tmp_path: Path, net: str) -> Iterator[RelayRun]:
    with RelayRun(tmp_path / "relay", net) as run:
        yield run


@pytest.fixture
def smbd(tmp_path: Path, net: str) -> Iterator[Smbd]:
    with terminal(tmp_path / "terminal", net) as share:
        yield share


def test_the_sample_goes_out_and_a_return_comes_back_byte_for_byte(relay: RelayRun, smbd: Smbd) -> None:
    relay.start()
    (smbd.share / "returns" / "RECEIPTC (1).HEN").write_bytes(return_file())
    relay.drop("RECEIPTC.UKE", SAMPLE)

    claim, back = sorted(relay.await_states(State.NOTED, State.NOTED), key=lambda parcel: parcel.direction)

    assert list(on_terminal(smbd, "claims").values()) == [SAMPLE]
    assert (relay.places.returns / str(back.target)).read_bytes() == return_file()
    assert claim.summary is not None
    assert (claim.summary.receipts, claim.summary.declared_count, claim.summary.declared_points) == (75, 140, 86_392)
    assert relay.stop() == 0
    journal = relay.log.read_text()
    assert "140 counted, 86392 points" in journal
    assert "RECEIPTC" not in journal
    assert ".UKE" not in journal


def test_sigkill_while_delivering_and_a_restart_deliver_exactly_once(relay: RelayRun, smbd: Smbd) -> None:
    relay.start()
    until(lambda: "share answers" in relay.log.read_text(), "the share answers")
    smbd.pause()
    relay.drop("RECEIPTC.UKE", BIG)
    relay.await_states(State.DELIVERING)

    relay.kill()
    smbd.resume()
    relay.start()

    (parcel,) = relay.await_states(State.NOTED)
    assert parcel.attempt >= 2
    assert list(on_terminal(smbd, "claims").values()) == [BIG]
    assert [name for name in on_terminal(smbd, "").values() if name == BIG] == [BIG]


def test_sigkill_at_many_moments_of_a_delivery_delivers_exactly_once(relay: RelayRun, smbd: Smbd) -> None:
    contents = [claim_file(receipt(1, points=points), trailer=f"GO,1,{points},99") for points in range(1, 7)]
    for number, content in enumerate(contents):
        relay.start()
        done = len(relay.parcels())
        relay.drop("RECEIPTC.UKE", content)
        relay.await_more_than(done)
        busy_until = time.monotonic() + number * 0.004
        while time.monotonic() < busy_until:
            continue

        relay.kill()

    relay.start()
    relay.await_states(*[State.NOTED] * len(contents))

    assert sorted(on_terminal(smbd, "claims").values()) == sorted(contents)


def test_overwriting_while_the_terminal_is_off_loses_neither_version(relay: RelayRun, smbd: Smbd) -> None:
    second = claim_file(receipt(1, points=200), trailer="GO,1,200,99")
    smbd.stop()
    relay.start()
    relay.drop("RECEIPTC.UKE", SAMPLE)
    relay.await_states(State.DELIVERING)
    relay.drop("RECEIPTC.UKE", second)
    relay.await_states(State.DELIVERING, State.DELIVERING)

    smbd.start()

    relay.await_states(State.NOTED, State.NOTED)
    found = on_terminal(smbd, "claims")
    assert list(found.values()) == [SAMPLE, second]
    assert [name.split("/")[2][:4] for name in found] == ["01回目", "02回目"]
    journal = relay.log.read_text()
    assert journal.count("does not answer") == 1
    assert "error" not in journal


def test_a_byte_that_changes_on_the_share_is_noticed_named_and_sent_again(relay: RelayRun, smbd: Smbd) -> None:
    content = big_claim_file(40_000_000)
    relay.start()
    until(lambda: "share answers" in relay.log.read_text(), "the share answers")
    temporaries = smbd.share / ".gateway"
    relay.drop("RECEIPTC.UKE", content)

    def written() -> Path | None:
        files = list(temporaries.iterdir()) if temporaries.exists() else []
        return next((file for file in files if file.stat().st_size > 1_000_000), None)

    until(lambda: written() is not None, "the first attempt's temporary grows")
    victim = written()
    assert victim is not None
    with victim.open("r+b") as file:
        file.write(b"J")

    (parcel,) = relay.await_states(State.NOTED)

    assert parcel.attempt >= 2
    assert list(on_terminal(smbd, "claims").values()) == [content]
    assert f"claim parcel {parcel.id}, attempt 1: the target gave back other bytes" in relay.log.read_text()
    until(lambda: not list(temporaries.iterdir()), "the sweep of the first attempt")


def test_a_second_relay_on_the_same_state_is_refused(relay: RelayRun, smbd: Smbd) -> None:
    relay.start()

    second = subprocess.run(relay.command(), capture_output=True, text=True, timeout=30, check=False)

    assert second.returncode == 4
    assert second.stderr.count("\n") == 1
    assert "another relay works in" in second.stderr


def test_a_lock_that_is_no_file_is_one_line(relay: RelayRun) -> None:
    relay.places.prepare()
    relay.places.lock.mkdir()

    done = subprocess.run(relay.command(), capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "Is a directory. it must be a file" in done.stderr


@pytest.mark.parametrize("how", ["missing", "empty"])
def test_a_lost_ledger_is_refused_while_delivered_files_remember(relay: RelayRun, how: str) -> None:
    relay.places.prepare()
    (relay.places.delivered / "2021-11").mkdir()
    (relay.places.delivered / "2021-11" / "RECEIPTC.UKE").write_bytes(SAMPLE)
    if how == "empty":
        relay.places.ledger.touch()

    done = subprocess.run(relay.command(), capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "run: claim-gateway files rebuild" in done.stderr


def test_a_site_without_relay_is_an_input_mistake(tmp_path: Path, net: str) -> None:
    site = SITE.read_text().partition("relay:\n")[0]
    with RelayRun(tmp_path / "none", net, site) as run:
        done = subprocess.run(run.command(), capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == 2
    assert done.stderr == (
        "claim-gateway relay: the site declares no relay:. add relay: to the site file, or do not start it\n"
    )


def test_a_password_file_others_can_read_is_refused(relay: RelayRun) -> None:
    (relay.place / "credentials" / "terminal").chmod(0o644)

    done = subprocess.run(relay.command(), capture_output=True, text=True, timeout=30, check=False)

    assert done.returncode == 2
    assert "can be read by others. run: chmod 600" in done.stderr
    assert "correct horse" not in done.stderr


def test_everything_is_for_the_relay_s_user_alone(relay: RelayRun, smbd: Smbd) -> None:
    relay.start()
    relay.drop("RECEIPTC.UKE", SAMPLE)
    relay.await_states(State.NOTED)
    relay.stop()

    for path in relay.places.root.rglob("*"):
        assert not path.stat().st_mode & 0o077, path.name


def test_a_return_is_noticed_when_the_share_tells_of_it_though_the_next_poll_is_far(
    relay: RelayRun, smbd: Smbd
) -> None:
    relay.pace = ("--settle", "0.1", "--poll", "600")
    relay.start()
    until(lambda: "share answers" in relay.log.read_text(), "the share answers")
    for number in range(2):
        (smbd.share / "returns" / f"{number}.HEN").write_bytes(return_file() + b"%d" % number)
        relay.await_more_than(number)

    relay.await_states(State.NOTED, State.NOTED)

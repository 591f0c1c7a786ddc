"""The relay and the commands beside it: what leaves by hand is not delivered too, and a rebuilt ledger carries on."""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import pyzipper

from gateway.cli.main import main
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import State
from tests.claims.synthetic import claim_file
from tests.relay.process import RelayRun, namespace, on_terminal, terminal, until
from tests.relay.test_ledger import NOW, parcel

pytestmark = pytest.mark.root

PASSWORD = "five words are long enough"
CLAIM = claim_file()


@pytest.fixture
def net() -> Iterator[str]:
    with namespace() as name:
        yield name


@pytest.fixture
def relay(tmp_path: Path, net: str) -> Iterator[RelayRun]:
    with RelayRun(tmp_path / "relay", net) as run:
        yield run


def files(relay: RelayRun, *words: str) -> int:
    return main(["files", *words, "--state-dir", str(relay.places.state), "--lang", "en"])


def test_a_claim_that_left_by_hand_is_delivered_only_if_somebody_says_so(
    relay: RelayRun, tmp_path: Path, net: str
) -> None:
    password, medium = tmp_path / "password", tmp_path / "usb"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    medium.mkdir()
    relay.start()  # no terminal answers: the line is down
    relay.drop("RECEIPTC.UKE", CLAIM)
    relay.await_states(State.DELIVERING)
    assert relay.stop() == 0

    assert files(relay, "export", "--to", str(medium), "--own-disk", "--password-file", str(password)) == 0

    (archive,) = medium.iterdir()
    with pyzipper.AESZipFile(archive) as opened:
        opened.setpassword(PASSWORD.encode())
        assert CLAIM in [opened.read(name) for name in opened.namelist()]
    with terminal(tmp_path / "terminal", net) as smbd:
        relay.start()
        until(lambda: "share answers" in relay.log.read_text(), "the share answers")
        until(lambda: relay.parcels()[0].shown, "保留 shows the exported file")
        assert [parcel.reasons for parcel in relay.await_states(State.HELD)] == [("exported",)]
        assert on_terminal(smbd, "claims") == {}

        (parcel,) = relay.parcels()
        assert files(relay, "release", parcel.id, "--by", "院長", "--why", "書き出したものは使わなかった") == 0
        relay.await_states(State.NOTED)

        assert list(on_terminal(smbd, "claims").values()) == [CLAIM]
        assert files(relay, "verify") == 0
        assert relay.stop() == 0
        assert "院長" not in relay.log.read_text()


def test_a_ledger_that_is_not_sound_stops_the_relay_until_it_is_rebuilt(relay: RelayRun) -> None:
    relay.start()
    relay.drop("RECEIPTC.UKE", CLAIM)
    relay.await_states(State.DELIVERING)
    assert relay.stop() == 0
    with closing(sqlite3.connect(relay.places.ledger, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER chain_is_never_changed")
        connection.execute("UPDATE chain SET record = replace(record, 'taken', 'given')")
    left = relay.places.ledger.read_bytes()

    refused = subprocess.run(relay.command(), capture_output=True, text=True, check=False, timeout=30)

    assert refused.returncode == 4
    assert "the audit chain does not hold" in refused.stderr
    assert relay.places.ledger.read_bytes() == left
    assert files(relay, "verify") == 1
    assert files(relay, "rebuild") == 0
    relay.start()
    until(lambda: relay.parcels()[0].shown, "保留 shows what was on its way")
    assert [parcel.reasons for parcel in relay.await_states(State.HELD)] == [("ledger-rebuilt",)]
    assert files(relay, "verify") == 0


def test_a_ledger_that_forgot_what_it_may_is_not_a_lost_one(relay: RelayRun) -> None:
    relay.places.prepare()
    folder = relay.places.delivered / "2021-11/社保/01回目_1108-2310"
    folder.mkdir(parents=True)
    (folder / "RECEIPTC.UKE").write_bytes(b"changed by staff, so it is theirs and stays")
    with Ledger.open(relay.places.ledger, NOW) as ledger:
        ledger.record(parcel(1, state=State.CLEARED), "PlacedErased", NOW)
        for day in (1, 2):  # the newest link stays, and its parcel with it, until another one came
            ledger.prune(NOW + timedelta(days=day), NOW + timedelta(days=day))
            ledger.record(parcel(1 + day, state=State.FORGOTTEN), "NothingTaken", NOW)
        assert ledger.prune(NOW + timedelta(days=3), NOW + timedelta(days=3))
        assert ledger.parcels() == ()

    relay.start()
    assert relay.stop() == 0

from typing import Any

import pytest

from gateway.claims.reader import read
from gateway.journal import configure
from gateway.relay.announce import announce
from gateway.relay.events import Event, Failed, Numbered, Published, Rejected, Released, Taken, Trouble, Withdrawn
from gateway.relay.parcel import Parcel, State
from tests.claims.synthetic import claim_file, receipt
from tests.relay.test_ledger import parcel

RENAMING = parcel(state=State.RENAMING, name="山田太郎.UKE", source=b"secret/path.UKE")


def said(capsys: pytest.CaptureFixture[str], before: Parcel, after: Parcel, event: Event) -> str:
    configure()
    announce(before, after, event)
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": State.TAKEN}, "taken: 100 bytes"),
        ({"state": State.DELIVERED}, "delivered as number 1: medical, payer 1, month 2021-11, 100 bytes, 1 counted"),
        ({"state": State.DELIVERED, "duplicate": True}, "not sent again"),
        ({"state": State.HELD, "reasons": ("truncated",)}, "waits for a person: truncated"),
    ],
)
def test_what_people_want_to_know_is_said_by_id(
    capsys: pytest.CaptureFixture[str], changes: dict[str, Any], words: str
) -> None:
    fields: dict[str, Any] = {"name": RENAMING.name, "source": RENAMING.source, "reasons": ()} | changes
    after = parcel(**fields)

    text = said(capsys, RENAMING, after, Published())

    assert words in text
    assert after.id in text
    assert "山田" not in text
    assert "secret" not in text


def test_other_bytes_are_named_by_parcel_and_attempt(capsys: pytest.CaptureFixture[str]) -> None:
    failed = Failed(Trouble.TRANSIENT, 0.0, differed=True)

    text = said(capsys, parcel(), parcel(attempt=3), failed)

    assert text.startswith(f"warning: claim parcel {parcel().id}, attempt 2: the target gave back other bytes")


def test_a_mere_retry_is_not_news(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, parcel(), parcel(attempt=3), Failed(Trouble.TRANSIENT, 0.0)) == ""
    assert said(capsys, parcel(), parcel(), Taken("d" * 64, 1)) == ""


def test_a_claim_that_travels_with_warnings_is_named_by_its_rules(capsys: pytest.CaptureFixture[str]) -> None:
    doubtful = read([claim_file(receipt(2, filler="山田"), receipt(1), trailer="GO,2,200,99", end=b"")])
    before, after = (parcel(state=state, summary=doubtful, reasons=()) for state in (State.TAKEN, State.INSPECTED))

    text = said(capsys, before, after, Numbered(1))

    assert text == f"notice: claim parcel {after.id} travels on, with warnings for its slip: U014\n"
    assert said(capsys, before, parcel(state=State.INSPECTED), Numbered(1)) == ""


@pytest.mark.parametrize(
    ("event", "state", "words"),
    [
        (Released("山田", "secret"), State.TAKEN, "held for occupied, was released by a person"),
        (Rejected("山田", "secret"), State.REJECTED, "will not be delivered: rejected"),
        (Withdrawn(), State.REJECTED, "will not be delivered: withdrawn"),
    ],
)
def test_a_decision_is_said_without_the_person_s_name_and_words(
    capsys: pytest.CaptureFixture[str], event: Event, state: State, words: str
) -> None:
    before = parcel(state=State.HELD, reasons=("occupied",))

    text = said(capsys, before, parcel(state=state, reasons=("occupied",), decided_by="山田"), event)

    assert words in text
    assert text.count("\n") == 1
    assert "山田" not in text
    assert "secret" not in text

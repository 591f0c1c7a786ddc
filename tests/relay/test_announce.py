from typing import Any

import pytest

from gateway.journal import configure
from gateway.relay.announce import announce
from gateway.relay.events import Event, Failed, Published, Taken, Trouble
from gateway.relay.parcel import Parcel, State
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

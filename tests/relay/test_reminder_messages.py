import pytest

from gateway.claims.kind import Payer
from gateway.claims.reminders import Cause, Reminder
from gateway.relay import messages
from gateway.relay.reminder_messages import MESSAGES, REMINDERS, remind


def test_every_cause_has_a_message_of_its_own() -> None:
    assert set(REMINDERS) == set(Cause)
    assert len({message.id for message in (*MESSAGES, *messages.MESSAGES)}) == len(MESSAGES) + len(messages.MESSAGES)


@pytest.mark.parametrize("cause", Cause)
def test_it_can_be_said(cause: Cause, capsys: pytest.CaptureFixture[str]) -> None:
    reminder = Reminder(cause, "2026-11", Payer.FUND, hours=3, files=2, days=7, terminal="端末")

    remind(reminder)

    assert capsys.readouterr().err == f"warning: {reminder.text()}\n"

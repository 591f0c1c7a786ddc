import re
from collections import Counter
from pathlib import Path

from gateway.enforcer import messages
from gateway.journal import Message
from gateway.relay import ledger_messages
from gateway.relay import messages as relay_messages

MESSAGES = (*relay_messages.MESSAGES, *ledger_messages.MESSAGES)
OURS = tuple(value for value in vars(messages).values() if isinstance(value, Message))


def test_every_message_of_every_room_has_an_id_and_a_name_of_its_own(repository: Path) -> None:
    """A vendor filters the journal by either; the boot guard, which is no Python, has some too."""
    guard = (repository / "systemd" / "claim-gateway-guard").read_text()
    said_by_guard = re.findall(r"say \d ([0-9a-f]{32}) (\w+)", guard)
    assert said_by_guard
    known = [(one.id, one.name) for one in (*OURS, *MESSAGES)] + said_by_guard
    for column in (0, 1):
        twice = [value for value, count in Counter(one[column] for one in known).items() if count > 1]
        assert twice == []


def test_names_are_of_one_style() -> None:
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", one.name) for one in (*OURS, *MESSAGES))


def test_both_languages_say_what_happened_and_what_is_in_force() -> None:
    refused = messages.REFUSED.text({"reason": "no such port: eth9", "state": "nothing was changed"})
    assert refused == "policy not applied: no such port: eth9; nothing was changed"
    assert "eth9" in messages.REFUSED.text({"reason": "no such port: eth9", "state": "x"}, lang="ja")

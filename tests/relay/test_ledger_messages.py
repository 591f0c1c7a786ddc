from gateway.journal import Message
from gateway.relay import ledger_messages, messages
from gateway.relay.chain import Head


def test_every_message_is_in_the_catalogue_once() -> None:
    declared = [value for value in vars(ledger_messages).values() if isinstance(value, Message)]
    everybody_s = (*declared, *messages.MESSAGES)

    assert set(ledger_messages.MESSAGES) == set(declared)
    assert len({message.id for message in everybody_s}) == len(everybody_s)
    assert len({message.name for message in everybody_s}) == len(everybody_s)


def test_no_message_has_room_for_a_name_or_a_path() -> None:
    fields = {field for message in ledger_messages.MESSAGES for field in message.fields}

    assert fields <= {"head", "old", "archive", "parcels", "held", "lost"}


def test_the_journal_s_line_carries_what_verify_takes() -> None:
    head = Head(7, "a" * 64)

    for lang, after in (("en", "ends at "), ("ja", "末尾は ")):
        said = ledger_messages.HEAD.text({"head": str(head)}, lang=lang)
        assert Head.parse(said.split(after)[1][:66]) == head

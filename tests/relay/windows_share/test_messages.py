from gateway.journal import Message
from gateway.relay import messages as relay_messages
from gateway.relay.windows_share import messages


def test_every_message_is_in_the_catalogue_once() -> None:
    told = [value for value in vars(messages).values() if isinstance(value, Message)]

    assert set(messages.MESSAGES) == set(told)
    assert len({message.id for message in (*told, *relay_messages.MESSAGES)}) == len(told) + len(
        relay_messages.MESSAGES
    )


def test_no_message_has_room_for_a_name_or_a_path() -> None:
    fields = {field for message in messages.MESSAGES for field in message.fields}

    assert not fields & {"name", "file", "path", "source", "target", "text"}

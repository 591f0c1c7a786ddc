from gateway.journal import Message
from gateway.relay import messages as relay_messages
from gateway.relay.sftp_drop import messages


def test_every_message_is_in_the_catalogue_under_an_id_of_its_own() -> None:
    declared = [value for value in vars(messages).values() if isinstance(value, Message)]

    assert set(messages.MESSAGES) == set(declared)
    assert len({message.id for message in (*declared, *relay_messages.MESSAGES)}) == len(declared) + len(
        relay_messages.MESSAGES
    )


def test_none_carries_a_name_or_a_path() -> None:
    fields = {field for message in messages.MESSAGES for field in message.fields}

    assert not fields & {"name", "file", "path", "source", "target", "folder"}

from gateway.cli.catalogue import catalogue


def test_no_message_has_a_field_that_every_entry_has_already() -> None:
    fields = {field for said in catalogue().values() for message in said for field in message.fields}

    assert not fields & {"message", "clock"}

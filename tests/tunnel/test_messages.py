from gateway.enforcer import messages as enforcer_messages
from gateway.journal import Message
from gateway.tunnel import messages
from gateway.tunnel.reason import Reason

OURS = tuple(value for value in vars(messages).values() if isinstance(value, Message))


def test_ids_are_nobody_elses() -> None:
    others = [value.id for value in vars(enforcer_messages).values() if isinstance(value, Message)]
    ids = [message.id for message in OURS]
    assert len({*ids, *others}) == len(ids) + len(others)
    assert len({message.name for message in OURS}) == len(OURS)


def test_every_reason_a_person_can_act_on_has_its_message() -> None:
    assert set(Reason) - messages.BY_REASON.keys() == {Reason.CLOSED, Reason.KERNEL, Reason.UNKNOWN}
    for message in (*messages.BY_REASON.values(), messages.FAILED):
        assert message.fields == {"provider", "address", "line"}

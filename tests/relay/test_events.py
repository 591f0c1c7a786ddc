import pytest

from gateway.relay import effects as do
from gateway.relay import events
from gateway.relay.events import Event, Expired, Kept, Released, Restarted


def test_every_event_of_the_room_is_one_the_machine_may_be_fed() -> None:
    plain = {events.Trouble, events.Occupant, events.Kept}
    declared = {one for one in vars(events).values() if isinstance(one, type) and one.__module__ == events.__name__}

    assert declared - plain == set(Event.__args__)


def test_what_answers_an_effect_is_an_event() -> None:
    names = {event.__name__ for event in Event.__args__}
    for effect in (do.Engage, do.Take, do.Inspect, do.PutVerified, do.Publish, do.Unshow, do.ErasePlaced):
        answers = (effect.__doc__ or "").partition("→")[2].rstrip(".").split(",")
        assert {answer.strip() for answer in answers} <= names


@pytest.mark.parametrize("one", [Restarted(), Expired(Kept.SPOOL), Released("山田", "確認した")])
def test_events_are_values(one: Event) -> None:
    assert one == type(one)(*(getattr(one, name) for name in getattr(one, "__slots__", ())))

from gateway.relay.effects import Effect
from gateway.relay.events import Event
from gateway.relay.parcel import State
from tests.relay.state_table import ASKS, BLOCK, DOCUMENT, EVENTS, rows, table


def test_the_documented_table_is_what_step_does() -> None:
    written = BLOCK.search(DOCUMENT.read_text())

    assert written is not None
    assert written[0] == table(), "stale: python -m tests.relay.state_table"


def test_the_table_walks_every_state_event_and_effect() -> None:
    assert {type(event) for _, event in EVENTS} == set(Event.__args__)
    assert set(ASKS) == set(Effect.__args__)
    assert {row[0] for row in rows()} == set(State)

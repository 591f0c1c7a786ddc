from datetime import UTC, datetime, timedelta

from gateway.relay.history import entered
from gateway.relay.ledger import Step
from gateway.relay.parcel import State

START = datetime(2026, 11, 8, tzinfo=UTC)


def test_the_last_coming_into_a_state_counts_and_failed_tries_in_it_do_not() -> None:
    states = [State.TAKEN, State.HELD, State.HELD, State.TAKEN, State.HELD, State.HELD]
    steps = [Step(state, 0, "x", START + timedelta(hours=hour)) for hour, state in enumerate(states)]

    assert entered(steps, State.HELD) == START + timedelta(hours=4)
    assert entered(steps, State.NOTED) is None

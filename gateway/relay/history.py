"""Reading a parcel's history: a try that failed repeats its state there, so the first of a run is when it came into it."""

from collections.abc import Sequence
from datetime import datetime

from gateway.relay.ledger import Step
from gateway.relay.parcel import State


def entered(steps: Sequence[Step], state: State) -> datetime | None:
    """When the parcel last came into `state` from another one; None if it never did."""
    found = None
    before = None
    for step in steps:
        if step.state is state and before is not state:
            found = step.at
        before = step.state
    return found

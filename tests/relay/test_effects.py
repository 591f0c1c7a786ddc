from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest

from gateway.relay import effects as do
from gateway.relay.effects import Effect


def test_effects_are_values_that_nobody_changes() -> None:
    wait = do.Wait(timedelta(seconds=1))

    assert wait == do.Wait(timedelta(seconds=1))
    assert do.LookForTwin("a") != do.LookForTwin("b")
    with pytest.raises((FrozenInstanceError, AttributeError)):
        wait.length = timedelta(0)  # type: ignore[misc]  # that it is refused is the point


def test_each_says_which_events_answer_it_or_that_none_does() -> None:
    silent = {do.Wait, do.EraseSpool, do.EraseNames}

    assert {effect for effect in Effect.__args__ if "→" not in (effect.__doc__ or "")} == silent

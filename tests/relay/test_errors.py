import pytest

from gateway.relay import errors
from gateway.relay.errors import BREAKS_LINE, Occupied, RelayRefused, ShelfError
from gateway.relay.events import Trouble

KINDS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, ShelfError)]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_shows_its_code_and_nothing_else(kind: type[ShelfError]) -> None:
    error = kind("some-code", local=True)

    assert str(error) == error.code == "some-code"
    assert error.local


def test_whose_turn_it_is_after_each() -> None:
    turns = {kind.__name__: kind.trouble for kind in KINDS}

    assert {name for name, trouble in turns.items() if trouble is Trouble.PERSON} == {"Refused"}
    assert {name for name, trouble in turns.items() if trouble is Trouble.BUG} == {"Unexpected"}


def test_an_answer_about_one_file_keeps_the_connection() -> None:
    assert Occupied.__name__ not in {kind.__name__ for kind in BREAKS_LINE}
    assert {kind.__name__ for kind in BREAKS_LINE} == {"Unreachable", "TimedOut", "Refused", "Unexpected"}


def test_the_module_draws_the_tree_it_holds() -> None:
    drawn = errors.__doc__ or ""

    assert all(kind.__name__ in drawn for kind in KINDS)


def test_a_refusal_to_start_says_whose_fault_it_is() -> None:
    assert not RelayRefused("x").wrong_input
    assert RelayRefused("x", wrong_input=True).wrong_input

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from gateway.site.shapes import TABLE, WORD, Model, exactly_one, word_or_table


class Pair(Model):
    one: int | None = None
    other: int | None = None


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError):
        Pair.model_validate({"third": 3})


def test_exactly_one() -> None:
    exactly_one(Pair(one=1), "one", "other")
    for pair, said in ((Pair(), "has none of them"), (Pair(one=1, other=2), "has one and other")):
        with pytest.raises(PydanticCustomError, match=said):
            exactly_one(pair, "one", "other")


def test_word_or_table() -> None:
    assert (word_or_table("x"), word_or_table({}), word_or_table([])) == (WORD, TABLE, TABLE)

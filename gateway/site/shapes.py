"""What every table of the site file is made of: frozen, strict about its keys, and described for editors."""

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

# Which form a value took that may be one word or a table; the names cannot be keys of a site file.
WORD, TABLE = "(word)", "(table)"


class Model(BaseModel):
    """Frozen, and a key nobody declared is an error. The texts under the keys become the schema's descriptions."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def exactly_one(model: Model, *names: str) -> None:
    """Raise PydanticCustomError unless exactly one of the keys `names` is given."""
    given = [name for name in names if getattr(model, name) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none of them"
        raise refused_choice(f"has {found}. write exactly one of {', '.join(names)}")


def refused_choice(text: str) -> PydanticCustomError:
    """What is wrong with the keys of a table of which some exclude each other; `text` goes on after the table's name."""
    return PydanticCustomError("exactly_one", "{text}", {"text": text})


def word_or_table(value: Any) -> str:
    """The form of a value that may be either: WORD or TABLE."""
    return WORD if isinstance(value, str) else TABLE

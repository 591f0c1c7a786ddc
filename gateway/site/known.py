"""Which keys the model knows at a place of the site file, for naming the nearest one to a slip of the pen."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from gateway.site.tree import Path

NEAREST_CUTOFF = 0.6  # difflib's own default; below it the proposals mislead


def known_keys(root: type[BaseModel], path: Path) -> tuple[str, ...]:
    """The keys that may stand in the table at `path`, in the model's order; empty where no table belongs."""
    annotations: list[Any] = [root]
    for step in path:
        annotations = [below for annotation in annotations for below in _down(annotation, step)]
    return tuple(key for annotation in annotations for model in _models(annotation) for key in _fields(model))


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    """The known key closest to `word`, if one is close at all. Small and capital letters count as the same."""
    found = get_close_matches(word.lower()[:80], known, n=1, cutoff=NEAREST_CUTOFF)
    return found[0] if found else None


def _down(annotation: Any, step: str | int) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = _fields(annotation)
        if step in fields:
            yield fields[str(step)]
        return
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        yield arguments[1]
    elif get_origin(annotation) is tuple:
        yield arguments[0]
    else:  # a union, or Annotated
        for argument in arguments:
            yield from _down(argument, step)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) not in (dict, tuple):
        for argument in get_args(annotation):
            yield from _models(argument)


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}

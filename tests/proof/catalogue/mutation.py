"""One change, and which theorem must be the one to say so."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.proof.model import RoutingRule, Theorem
from tests.proof.changes import Change

T = Theorem
Guard = tuple[RoutingRule, ...]


@dataclass(frozen=True)
class Mutation:
    """`caught` is the theorem that must fail, with `open` that it cannot be decided. Without, `why` says what makes it harmless."""

    name: str
    caught: Theorem | None = None
    dump: Change = lambda dump: dump
    guard: Callable[[Guard], Guard] = lambda rules: rules
    open: bool = False
    why: str = ""

"""What the evaluator needs of Boolean functions. The proof runs on decision diagrams; the tests run it on an SMT solver too."""

from collections.abc import Iterable, Mapping
from typing import Protocol


class Term(Protocol):
    """A Boolean function of the variables. Combined with operators; never asked for its truth."""

    def __and__(self, other: "Term", /) -> "Term": ...
    def __or__(self, other: "Term", /) -> "Term": ...
    def __invert__(self, /) -> "Term": ...


Assignment = Mapping[int, bool]
"""Values of variables by number; one that is missing may be either."""


class Algebra(Protocol):
    """Variables are numbered in the order they are made, which is their order in a decision diagram."""

    true: Term
    false: Term

    def variable(self) -> tuple[int, Term]:
        """A new variable, last in the order: its number, and the function that is its value."""
        ...

    def choose(self, condition: Term, then: Term, otherwise: Term, /) -> Term:
        """`then` where the condition holds, `otherwise` where not."""
        ...

    def never(self, term: Term, /) -> bool:
        """Whether no assignment makes it true."""
        ...

    def model(self, term: Term, /) -> Assignment:
        """An assignment that makes it true; there must be one."""
        ...

    def holds(self, term: Term, assignment: Assignment, /) -> bool:
        """Whether the assignment makes it true; variables that are missing are false."""
        ...


def any_of(algebra: Algebra, terms: Iterable[Term]) -> Term:
    """The disjunction, as a balanced tree: a chain over thousands of elements would be quadratic."""
    level = list(terms)
    while len(level) > 1:
        level = [level[at] | level[at + 1] if at + 1 < len(level) else level[at] for at in range(0, len(level), 2)]
    return level[0] if level else algebra.false


def all_of(algebra: Algebra, terms: Iterable[Term]) -> Term:
    """The conjunction."""
    result = algebra.true
    for term in terms:
        result = result & term
    return result

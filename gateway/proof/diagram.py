"""The algebra on binary decision diagrams with complement edges (oxidd): equality is identity, and `never` costs nothing."""

import os
from typing import cast

from oxidd.bcdd import BCDDFunction, BCDDManager

from gateway.proof.algebra import Algebra, Assignment, Term

_NODES = 1 << 22
"""The most nodes there can be; memory is taken as they are made. Past it oxidd raises MemoryError, and nothing is proved."""
_CACHE = 1 << 16
_THREADS = 1
_STACK_BYTES = 64 * 2**20
"""Of each of oxidd's threads. Its own choice, 1 GiB (0.13), is more than a box of 1 GiB has, and Linux refuses what can
never fit (vm.overcommit_memory=0): nothing would ever be proved there. Recursion is no deeper than there are variables."""


class Diagrams(Algebra):
    """One manager; terms of two do not mix."""

    def __init__(self) -> None:
        os.environ["OXIDD_STACK_SIZE"] = str(_STACK_BYTES)  # read whenever a manager makes its threads
        self._manager = BCDDManager(_NODES, _CACHE, _THREADS)
        self.true = _term(self._manager.true())
        self.false = _term(self._manager.false())

    def variable(self) -> tuple[int, Term]:
        """A new variable, last in the order."""
        (number,) = self._manager.add_vars(1)
        return number, _term(self._manager.var(number))

    def choose(self, condition: Term, then: Term, otherwise: Term, /) -> Term:
        """If-then-else, one operation on diagrams."""
        return _term(_function(condition).ite(_function(then), _function(otherwise)))

    def never(self, term: Term, /) -> bool:
        """Whether it is the function false."""
        return not _function(term).satisfiable()

    def model(self, term: Term, /) -> Assignment:
        """The variables a path to true decides."""
        cube = _function(term).pick_cube()
        if cube is None:
            raise ValueError("no assignment makes this true")
        return {number: value for number, value in enumerate(cube) if value is not None}

    def holds(self, term: Term, assignment: Assignment, /) -> bool:
        """Follow the assignment through the diagram."""
        count = self._manager.num_vars()
        return _function(term).eval((number, assignment.get(number, False)) for number in range(count))

    def nodes(self) -> int:
        """How many nodes there are, for the benchmark."""
        return self._manager.num_inner_nodes()


def _function(term: Term) -> BCDDFunction:
    return cast("BCDDFunction", term)


def _term(function: BCDDFunction) -> Term:
    return cast("Term", function)

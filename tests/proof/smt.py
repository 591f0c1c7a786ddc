"""The proof's algebra on an SMT solver, to hold the decision diagrams against. For small rulesets: it takes minutes for large ones."""

from typing import Any, cast

import z3

from gateway.proof.algebra import Algebra, Assignment, Term


class Solver(Algebra):
    """Terms are z3's Boolean expressions; `never` asks the solver."""

    def __init__(self) -> None:
        self.true, self.false = _term(z3.BoolVal(val=True)), _term(z3.BoolVal(val=False))
        self._variables: list[Any] = []

    def variable(self) -> tuple[int, Term]:
        number = len(self._variables)
        self._variables.append(z3.Bool(f"v{number}"))
        return number, _term(self._variables[number])

    def choose(self, condition: Term, then: Term, otherwise: Term, /) -> Term:
        return _term(z3.If(condition, then, otherwise))

    def never(self, term: Term, /) -> bool:
        solver = z3.Solver()
        solver.add(term)
        return bool(solver.check() == z3.unsat)

    def model(self, term: Term, /) -> Assignment:
        solver = z3.Solver()
        solver.add(term)
        if solver.check() != z3.sat:
            raise ValueError("no assignment makes this true")
        found = solver.model()
        said = {number: found[variable] for number, variable in enumerate(self._variables)}
        return {number: z3.is_true(value) for number, value in said.items() if value is not None}

    def holds(self, term: Term, assignment: Assignment, /) -> bool:
        values = [(one, z3.BoolVal(assignment.get(number, False))) for number, one in enumerate(self._variables)]
        return bool(z3.is_true(z3.simplify(z3.substitute(cast("Any", term), *values))))


def _term(expression: Any) -> Term:
    return cast("Term", expression)

from ipaddress import ip_address
from itertools import permutations
from pathlib import Path

import pytest

from gateway.policy.derive import derive
from gateway.policy.model import Protocol, Session
from gateway.report.clauses import CLAUSES, refused_by
from gateway.site.layout import Zone
from gateway.site.load import load_site

REPOSITORY = Path(__file__).parents[2]


def session(origin: Zone, target: Zone) -> Session:
    return Session(origin, target, ip_address("192.0.2.1"), ip_address("192.0.2.2"), Protocol.TCP, 445)


def test_every_clause_has_its_requirement() -> None:
    assert list(CLAUSES) == [f"C{number}" for number in range(1, 31)]
    assert all(CLAUSES.values())


@pytest.mark.parametrize("path", sorted((REPOSITORY / "configs").glob("*.yaml")), ids=lambda path: path.name)
def test_every_clause_a_flow_names_is_known(path: Path) -> None:
    assert {clause for flow in derive(load_site(path)).flows for clause in flow.clauses} <= set(CLAUSES)


@pytest.mark.parametrize(("origin", "target"), list(permutations(Zone, 2)))
def test_every_refusal_has_a_known_clause(origin: Zone, target: Zone) -> None:
    assert set(refused_by(session(origin, target))) <= set(CLAUSES)
    assert refused_by(session(origin, target))


def test_the_main_refusals_name_the_clause_made_for_them() -> None:
    assert refused_by(session(Zone.CLAIM, Zone.LAN))[0] == "C5"
    assert refused_by(session(Zone.WAN, Zone.CLAIM))[0] == "C6"
    assert refused_by(session(Zone.QUALIFICATION, Zone.CLAIM))[0] == "C12"

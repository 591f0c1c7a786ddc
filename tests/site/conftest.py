"""A good site as plain data, and ways to spoil it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.site.model import Site
from gateway.site.parse import parse
from gateway.site.rules import Finding
from gateway.site.rules.finding import Rule
from gateway.site.tree import Step, plain

GOOD = Path(__file__).parents[2] / "configs" / "ip-vpn-claim.yaml"
GONE = object()

Edits = dict[tuple[Step, ...], Any]
Edited = Callable[[Edits], dict[str, Any]]
Findings = Callable[[Rule, Edits], list[Finding]]


def edited(edits: Edits) -> dict[str, Any]:
    """The good site's data with `edits` made in it; GONE takes a key out."""
    tree, _ = parse(GOOD.read_text())
    data: Any = plain(tree) if tree else {}
    for path, value in edits.items():
        target = data
        for step in path[:-1]:
            target = target[step]
        if value is GONE:
            del target[path[-1]]
        else:
            target[path[-1]] = value
    return dict(data)


@pytest.fixture
def good_file() -> Path:
    return GOOD


@pytest.fixture
def gone() -> object:
    return GONE


@pytest.fixture
def data() -> Edited:
    return edited


@pytest.fixture
def findings() -> Findings:
    """What one rule says of the good site with edits made in it."""

    def find(rule: Rule, edits: Edits) -> list[Finding]:
        return list(rule(Site.model_validate(edited(edits))))

    return find

from dataclasses import replace
from typing import Any

import pytest

from gateway.claims.finding import Certainty, Finding, Rule, Severity, Text
from gateway.claims.kind import Kind

LINE = Text("one {0}", "一つ {0}")
RULE = Rule("U999", "made-up", LINE, LINE, LINE, Severity.HOLD, Certainty.CERTAIN, "this test")


def rule(**changes: Any) -> Rule:
    return replace(RULE, **changes)


@pytest.mark.parametrize("certainty", [Certainty.MATCHED, Certainty.UNVERIFIED])
def test_a_rule_that_is_not_certain_cannot_hold(certainty: Certainty) -> None:
    with pytest.raises(ValueError, match="not certain"):
        rule(certainty=certainty)


def test_a_rule_cannot_hold_kinds_it_is_not_certain_for() -> None:
    with pytest.raises(ValueError, match="not certain for"):
        rule(kinds=frozenset({Kind.MEDICAL}), otherwise=Severity.HOLD)


def test_severity_depends_on_the_kind() -> None:
    made_up = rule(kinds=frozenset({Kind.MEDICAL}))

    assert made_up.severity_for(Kind.MEDICAL) is Severity.HOLD
    assert made_up.severity_for(Kind.DENTAL) is Severity.WARN


def test_a_finding_has_room_for_numbers_only() -> None:
    figures: Any = ("山田太郎",)

    with pytest.raises(TypeError) as caught:
        Finding(rule(), Severity.HOLD, 0, figures)

    assert "山田" not in str(caught.value)


def test_a_finding_speaks_both_languages() -> None:
    found = Finding(rule(), Severity.HOLD, 3, (7,))

    assert (found.id, found.name, found.text(), found.text("ja")) == ("U999", "made-up", "one 7", "一つ 7")
    assert found.holds

import re
import string

import pytest

from gateway.claims.catalogue import RULES, RULES_BY_NAME, UNDETECTABLE
from gateway.claims.file_rules import FILE_RULES
from gateway.claims.finding import Certainty, Rule, Severity
from gateway.claims.site_rules import SITE_RULES


def test_ids_and_names_are_unique_and_say_which_set_they_belong_to() -> None:
    assert len(RULES) == len(RULES_BY_NAME) == len(FILE_RULES) + len(SITE_RULES)
    assert all(re.fullmatch(r"U[0-9]{3}", rule.id) for rule in FILE_RULES)
    assert all(re.fullmatch(r"S[0-9]{3}", rule.id) for rule in SITE_RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=str)
def test_only_certain_rules_hold(rule: Rule) -> None:
    assert rule.severity is not Severity.HOLD or rule.certainty is Certainty.CERTAIN
    assert rule.kinds is None or rule.otherwise is not Severity.HOLD


@pytest.mark.parametrize("rule", RULES.values(), ids=str)
def test_texts_name_the_same_figures_in_both_languages(rule: Rule) -> None:
    figures = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (rule.says.en, rule.says.ja)
    ]

    assert figures[0] == figures[1]
    assert all("|" not in text for text in (rule.checks.en, rule.checks.ja, rule.source))  # they stand in tables


def test_what_may_pass_would_hold() -> None:
    assert all(rule.severity is Severity.HOLD for rule in RULES.values() if rule.may_pass)


def test_undetectable_changes_are_bounded() -> None:
    assert all(re.compile(change.becomes) for change in UNDETECTABLE)
    assert {change.record for change in UNDETECTABLE} == {"IR", "RE", "HO", "GO"}

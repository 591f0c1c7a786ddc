import string

import pytest

from gateway.claims.file_rules import FILE_RULES
from gateway.claims.finding import Certainty, Rule, Severity


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_ids_and_names_are_used_once_and_in_order() -> None:
    ids = [rule.id for rule in FILE_RULES]

    assert ids == sorted(set(ids))
    assert len({rule.name for rule in FILE_RULES}) == len(FILE_RULES)


@pytest.mark.parametrize("rule", FILE_RULES, ids=lambda rule: rule.id)
def test_each_rule_says_the_same_in_both_languages_and_where_it_comes_from(rule: Rule) -> None:
    assert fields(rule.says.en) == fields(rule.says.ja)
    assert rule.source
    assert rule.todo.en
    assert rule.todo.ja


@pytest.mark.parametrize(
    "rule", [rule for rule in FILE_RULES if rule.severity is Severity.HOLD], ids=lambda rule: rule.id
)
def test_only_what_is_certain_holds_a_file(rule: Rule) -> None:
    assert rule.certainty is Certainty.CERTAIN

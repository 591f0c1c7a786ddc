from pathlib import Path

import pytest

from gateway.claims.catalogue import RULES, UNDETECTABLE
from gateway.claims.listing import rules_listing

BEGIN, END = "<!-- rules -->", "<!-- end of rules -->"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_rule_and_every_blind_spot_is_listed(lang: str) -> None:
    text = "\n".join(rules_listing(lang))

    assert all(f"| {rule.id} | {rule.name} |" in text for rule in RULES.values())
    assert all(change.says.line(lang) in text for change in UNDETECTABLE)


def test_the_docs_hold_the_list_as_it_is_now(repository: Path) -> None:
    docs = (repository / "docs" / "inspection.md").read_text()

    assert docs.partition(BEGIN)[2].partition(END)[0].strip() == "\n".join(rules_listing()), "run: make docs"

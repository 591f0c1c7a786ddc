from gateway.enforcer.plan import rule_changes


def test_rules_that_come_and_go_are_named_with_their_chain() -> None:
    wanted = {"a": ("accept", "drop"), "new": ("counter drop",)}
    found = {"a": ("drop", "log"), "gone": ("accept",)}
    assert list(rule_changes(wanted, found)) == ["- a: log", "+ a: accept", "- gone: accept", "+ new: counter drop"]


def test_equal_rules_are_nothing() -> None:
    assert list(rule_changes({"a": ("drop",)}, {"a": ("drop",)})) == []

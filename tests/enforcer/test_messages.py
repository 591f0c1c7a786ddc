from gateway.enforcer import messages


def test_both_languages_say_what_happened_and_what_is_in_force() -> None:
    refused = messages.REFUSED.text({"reason": "no such port: eth9", "state": "nothing was changed"})
    assert refused == "policy not applied: no such port: eth9; nothing was changed"
    assert "eth9" in messages.REFUSED.text({"reason": "no such port: eth9", "state": "x"}, lang="ja")

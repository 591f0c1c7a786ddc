from typing import Any

import pytest

from gateway.site.rules import share

DROP = ("relay", "drop")
YAMADA = {"name": "山田", "account": "yamada", "smb_password_file": "credentials/people/yamada"}
SUZUKI = {"name": "鈴木", "account": "suzuki", "smb_password_file": "credentials/people/suzuki"}
KEY = {"sftp_key_file": "keys/sato.pub"}


def found(findings: Any, drop: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [one.path[2:] for rule in share.RULES for one in findings(rule, {DROP: drop})]


@pytest.mark.parametrize(
    ("drop", "paths"),
    [
        ({"smb": True, "people": [YAMADA, SUZUKI]}, []),
        ({"smb": True}, [("smb",)]),
        ({"smb": True, "people": [{"name": "佐藤"}]}, [("smb",)]),
        ({"smb": True, "people": [YAMADA, {"name": "佐藤"}]}, [("people", 1)]),
        ({"smb": True, "people": [YAMADA, {"name": "佐藤"} | KEY]}, [("people", 1)]),
        ({"smb": True, "sftp": {}, "people": [YAMADA, {"name": "佐藤"} | KEY]}, []),
        ({"people": [{"name": "佐藤"}]}, []),
    ],
)
def test_the_share_is_open_to_somebody_and_everybody_has_a_way(
    findings: Any, drop: dict[str, Any], paths: list[tuple[Any, ...]]
) -> None:
    assert found(findings, drop) == paths


@pytest.mark.parametrize("account", ["y" * 21, "y.amada", "-yamada", "Root", "guest"])
def test_an_account_samba_or_windows_cannot_take(findings: Any, account: str) -> None:
    assert found(findings, {"smb": True, "people": [YAMADA | {"account": account}]}) == [("people", 0, "account")]


def test_a_japanese_name_needs_an_account(findings: Any) -> None:
    person = {key: value for key, value in YAMADA.items() if key != "account"}

    assert found(findings, {"smb": True, "people": [person]}) == [("people", 0, "name")]
    assert found(findings, {"smb": True, "people": [person | {"name": "yamada"}]}) == []


def test_two_people_with_one_password(findings: Any) -> None:
    same = SUZUKI | {"smb_password_file": "elsewhere/yamada"}

    assert found(findings, {"smb": True, "people": [YAMADA, same]}) == [("people", 1, "smb_password_file")]


@pytest.mark.parametrize("name", ["山/田", "山田.", "%U", "a[b]", "山:田"])
def test_who_releases_has_a_name_that_can_be_a_folders(findings: Any, name: str) -> None:
    person = YAMADA | {"name": name}

    assert found(findings, {"smb": True, "people": [person | {"may_release": True}]}) == [("people", 0, "name")]
    assert found(findings, {"smb": True, "people": [person]}) == []


def test_no_relay_no_findings(findings: Any, gone: object) -> None:
    for rule in share.RULES:
        assert not findings(rule, {("relay",): gone})

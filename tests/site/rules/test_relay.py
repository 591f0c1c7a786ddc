from typing import Any

import pytest

from gateway.site.rules import relay

DROP = ("relay", "drop")
KEYED = {"name": "山田", "sftp_key_file": "keys/yamada.pub"}


def test_relay_on_a_box_that_is_router_b_only(findings: Any) -> None:
    (found,) = findings(relay.relay_stands_at_router_a, {("roles",): ["b"]})

    assert found.path == ("relay",)


@pytest.mark.parametrize("server", ["192.168.20.11", "192.168.10.21", "192.168.20.1"])
def test_server_that_is_no_claim_terminal(findings: Any, server: str) -> None:
    path = ("relay", "terminal", "smb", "server")

    (found,) = findings(relay.server_is_a_claim_terminal, {path: server})

    assert found.path == path


def test_server_by_its_ipv6_address(findings: Any) -> None:
    assert not findings(relay.server_is_a_claim_terminal, {("relay", "terminal", "smb", "server"): "2001:db8:20::10"})


def test_one_folder_for_both_directions(findings: Any) -> None:
    assert len(findings(relay.folders_differ, {("relay", "terminal", "returns"): "Claims"})) == 1


@pytest.mark.parametrize(
    ("drop", "paths"),
    [
        ({"sftp": {}}, [(*DROP, "sftp")]),
        ({"sftp": {}, "smb": True, "people": [{"name": "鈴木"}]}, [(*DROP, "sftp")]),
        ({"sftp": {}, "people": [KEYED, {"name": "鈴木"}]}, [(*DROP, "people", 1)]),
        ({"sftp": {"port": 22}, "people": [KEYED]}, [(*DROP, "sftp", "port")]),
        ({"sftp": {}, "people": [KEYED, KEYED]}, [(*DROP, "people", 1, "name")]),
        ({"sftp": {}, "smb": True, "people": [KEYED, {"name": "鈴木"}]}, []),
        ({"smb": True}, []),
        (
            {"smb": True, "people": [{"name": "山田", "account": "uketsuke"}, {"name": "鈴木", "account": "Uketsuke"}]},
            [(*DROP, "people", 1, "account")],
        ),
    ],
)
def test_people_and_keys(findings: Any, drop: dict[str, Any], paths: list[tuple[str, ...]]) -> None:
    assert [found.path for found in findings(relay.people_have_keys, {DROP: drop})] == paths


def test_no_relay_no_findings(findings: Any, gone: object) -> None:
    for rule in relay.RULES:
        assert not findings(rule, {("relay",): gone})

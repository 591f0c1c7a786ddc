import json

import pytest

from gateway.cli.main import main


def test_a_message_by_its_name_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["messages", "port_missing", "--lang", "en"]) == 0

    name, text, todo = capsys.readouterr().out.splitlines()
    assert name == "PORT_MISSING (error)"
    assert text.startswith("  port {port} is gone")
    assert todo.startswith("  → Look at the network card")
    assert "{mac: …}" in todo


def test_a_pattern_names_several_and_japanese_is_japanese(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["messages", "WINDOW_*", "--lang", "ja"]) == 0

    assert capsys.readouterr().out.count("→ 対応は不要です。") == 2


def test_a_name_nobody_has_is_exit_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["messages", "NO_SUCH"]) == 1
    assert capsys.readouterr().out.strip() == ""


def test_machines_get_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["messages", "PARCEL_HELD", "--json"]) == 0

    (held,) = json.loads(capsys.readouterr().out)
    assert held["room"] == "relay"
    assert held["fields"] == ["direction", "parcel", "reasons", "size"]
    assert held["todo"].keys() == {"en", "ja"}

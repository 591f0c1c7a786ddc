import argparse
import io
from pathlib import Path

import pytest

from gateway.cli.password import password_argument, password_of
from gateway.relay.errors import RelayRefused


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    password_argument(parser)
    return parser.parse_args(words, argparse.Namespace(lang="en"))


def test_a_file_that_only_its_owner_reads_holds_it(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("five words and some more\n")
    file.chmod(0o600)
    assert password_of(asked("--password-file", str(file)), twice=True) == "five words and some more"
    file.chmod(0o644)
    with pytest.raises(RelayRefused, match="can be read by others"):
        password_of(asked("--password-file", str(file)), twice=True)


def test_without_anybody_to_ask_it_says_what_to_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(RelayRefused, match="name --password-file"):
        password_of(asked(), twice=False)


@pytest.mark.parametrize(
    ("twice", "said", "good"), [(True, ["a", "a"], True), (True, ["a", "b"], False), (False, ["a"], True)]
)
def test_what_shall_open_something_later_is_asked_twice(
    monkeypatch: pytest.MonkeyPatch, twice: bool, said: list[str], good: bool
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = iter(said)
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    if good:
        assert password_of(asked(), twice=twice) == "a"
    else:
        with pytest.raises(RelayRefused, match="differ"):
            password_of(asked(), twice=twice)


def test_what_a_terminal_of_another_encoding_types_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda _: "\udc83p\udc83X")
    with pytest.raises(RelayRefused, match="not UTF-8"):
        password_of(asked(), twice=False)

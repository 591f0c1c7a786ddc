import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import gateway
from gateway.cli.command import Exit
from gateway.cli.main import COMMANDS, main

MALFORMED = Path(__file__).parents[1] / "site" / "malformed"
COMMAND = [sys.executable, "-m", "gateway.cli.main"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_helps_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])

    out = capsys.readouterr().out
    assert left.value.code == 0
    assert f"example:\n  claim-gateway {name}" in out
    assert "--lang" in out


def test_without_a_command_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    code = main([])

    assert code == Exit.INPUT
    out = capsys.readouterr().out
    assert all(name in out for name in COMMANDS)


def test_wrong_command_line_is_wrong_input() -> None:
    with pytest.raises(SystemExit) as left:
        main(["check", "--no-such-option"])

    assert left.value.code == Exit.INPUT


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])

    assert left.value.code == 0
    assert capsys.readouterr().out == f"claim-gateway {gateway.__version__}\n"


def test_a_reader_that_leaves_is_no_mistake() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        run = subprocess.run([*COMMAND, "schema"], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writer)

    assert run.returncode == 128 + signal.SIGPIPE
    assert not run.stderr


@pytest.mark.parametrize(("locale", "said"), [("ja_JP.UTF-8", "誤りなし"), ("C.UTF-8", "good"), ("", "good")])
def test_language_follows_the_locale(
    locale: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.delenv("LANG", raising=False)

    main(["check", str(Path(__file__).parents[2] / "configs" / "ip-vpn-claim.yaml")])

    assert said in capsys.readouterr().out

import re
import shlex
from pathlib import Path

import pytest

from gateway.cli.main import COMMANDS, _parser, main
from gateway.twin.samples import CONFIGS
from tests.documented import REPOSITORY, Block, alike, blocks

BLOCKS = tuple(blocks())


def test_there_is_something_documented() -> None:
    assert {block.command.split()[1] for block in BLOCKS} >= {"check", "show", "explain", "demo"}


@pytest.mark.parametrize(
    "block",
    [pytest.param(block, marks=[pytest.mark.root] if block.needs_root else [], id=block.command) for block in BLOCKS],
)
def test_the_documents_say_what_the_commands_print(block: Block) -> None:
    """Renew with `python -m tests.documented` when a change of the output is meant."""
    assert alike(block.prints()) == alike(block.said)


def test_the_picture_is_the_one_show_draws(capsys: pytest.CaptureFixture[str]) -> None:
    """Renew with `claim-gateway show configs/ip-vpn-claim-and-qualification.yaml --as svg --lang en > docs/matrix.svg`."""
    main(["show", str(CONFIGS / "ip-vpn-claim-and-qualification.yaml"), "--as", "svg", "--lang", "en"])
    assert capsys.readouterr().out == (REPOSITORY / "docs" / "matrix.svg").read_text()


SHOWN = re.compile(r"^ *(?:# )?(claim-gateway [a-z].*?)(?: {2,}#.*)?$|`(claim-gateway [a-z][^`…]*)`", re.MULTILINE)
OPERATORS_PAGES = tuple(
    page
    for page in (REPOSITORY / "docs" / "operate.md", *sorted((REPOSITORY / "docs" / "ja").glob("*.md")))
    if SHOWN.search(page.read_text())
)


@pytest.mark.parametrize("page", OPERATORS_PAGES, ids=lambda page: page.stem)
def test_every_command_the_operators_pages_show_is_one_we_have(page: Path) -> None:
    """Read as the command reads it; tests/appliance/test_operate.py runs docs/operate.md's, which the others repeat."""
    commands = [one or other for one, other in SHOWN.findall(page.read_text())]
    for command in commands:
        words = shlex.split(command)[1:]
        if len(words) == 1:
            assert words[0] in COMMANDS
            continue
        if words[0] == "files":
            words = words[:2]
        if words[-1] == "--to":
            words.append("FILE")
        parsed(words)


def parsed(words: list[str]) -> None:
    try:
        _parser(words).parse_args(words)
    except SystemExit as left:
        raise AssertionError(f"not a command of ours: {shlex.join(words)}") from left

import pytest

from tests.documented import Block, alike, blocks

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

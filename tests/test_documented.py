import pytest

from gateway.cli.main import main
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

"""What README and docs say a command prints, and what it prints.

A block stands below a comment `<!-- prints: claim-gateway show … -->`. `python -m tests.documented` renews them all.
"""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
_BLOCK = re.compile(r"<!-- prints: (?P<command>claim-gateway [^>]+?) -->\n```\n(?P<said>.*?)```\n", re.DOTALL)

# Figures that differ from run to run, and what stands for them when two outputs are compared.
_CHANGING = (
    (re.compile(r"\d+(?:\.\d+)? (ms|s)\b"), r"N \1"),
    (re.compile(r" {2,}\d+\.\d\d$", re.MULTILINE), "  N"),
    (re.compile(r"\d{4}-\d\d(/\w+/\d\d回目_)\d{4}-\d{4}"), r"MONTH\1MMDD-HHMM"),
    (re.compile(r" {2,}"), "  "),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One documented output."""

    file: Path
    command: str
    said: str

    @property
    def needs_root(self) -> bool:
        """Whether the command makes network namespaces."""
        return self.command.split()[1] in ("demo", "apply")

    def prints(self) -> str:
        """What the command prints now, standard output and standard error, progress aside."""
        words = shlex.split(self.command)[1:]
        lang = [] if "--lang" in words else ["--lang", "en"]
        done = subprocess.run(
            [sys.executable, "-m", "gateway.cli.main", *words, *lang],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        complaints = [line for line in done.stderr.splitlines(keepends=True) if not line.endswith(" …\n")]
        return done.stdout + "".join(complaints)


def blocks() -> Iterator[Block]:
    """Every documented output of README and docs."""
    for file in (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))):
        for found in _BLOCK.finditer(file.read_text()):
            yield Block(file, found["command"], found["said"])


def alike(text: str) -> str:
    """The text without what differs from run to run."""
    for pattern, stand_in in _CHANGING:
        text = pattern.sub(stand_in, text)
    return text


def renew() -> None:
    """Write what each command prints now into its block."""
    for block in list(blocks()):
        text = block.file.read_text()
        old = f"<!-- prints: {block.command} -->\n```\n{block.said}```\n"
        block.file.write_text(text.replace(old, f"<!-- prints: {block.command} -->\n```\n{block.prints()}```\n"))


if __name__ == "__main__":
    renew()

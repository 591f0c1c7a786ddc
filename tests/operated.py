"""The commands docs/operate.md shows, what it says they print, and how a test runs each as the page's reader would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.documented import REPOSITORY, alike

PAGE = REPOSITORY / "docs" / "operate.md"
_INDENT = "    "
_INLINE = re.compile(r"`(claim-gateway [a-z][^`]*|journalctl [^`]*)`")
_REMARK = re.compile(r" {2,}# .*$")

# What differs from box to box and from day to day.
_CHANGING = (
    (re.compile(r"\b\d+:[0-9a-f]{4,64}…?"), "HEAD"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "DIGEST"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?"), "WHEN"),
    (re.compile(r"\b\d+ (files|rules|flows)\b"), r"N \1"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A command of the page, and the lines below it; none where the page does not say what it prints."""

    command: str
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """How a command of the page is run. `really`: with what stands for its placeholders; `code`: how it ends there."""

    command: str
    really: str = ""
    code: int = 0


def shown(page: str) -> Iterator[Shown]:
    """Every command of the page: after `# ` in an indented block, or between backticks. Pure."""
    lines: list[str] = []
    for line in (*page.splitlines(), "end"):
        if line.startswith(_INDENT) or (lines and not line):
            lines.append(line.removeprefix(_INDENT))
            continue
        yield from _in_block(lines)
        lines = []
        yield from (Shown(found) for found in _INLINE.findall(line))


def _in_block(lines: list[str]) -> Iterator[Shown]:
    command, said = "", list[str]()
    for line in (*lines, "# "):
        if not line.startswith("# "):
            said.append(line)
            continue
        if command:
            yield Shown(command, tuple("\n".join(said).rstrip("\n").splitlines()))
        command, said = _REMARK.sub("", line.removeprefix("# ")).rstrip(), []


def commands(page: str) -> frozenset[str]:
    """Each once."""
    return frozenset(one.command for one in shown(page))


def said_of(command: str) -> tuple[str, ...]:
    """What the page says this command prints; nothing where it says nothing."""
    return next((one.said for one in shown(PAGE.read_text()) if one.command == command and one.said), ())


def normal(said: str) -> list[str]:
    """What was printed, without what differs from box to box."""
    text = alike(said)
    for pattern, stand_in in _CHANGING:
        text = pattern.sub(stand_in, text)
    return [line.rstrip() for line in text.rstrip("\n").splitlines()]

"""What can be wrong with a site file.

SiteFileError
└── carries one Mistake per line the user must mend, in the file's order
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to mend. `line` and `column` count from 1; both are 0 when the file as a whole is the trouble."""

    file: str
    line: int
    column: int
    text: str
    """`what. what to do`, one line."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.text}"


class SiteFileError(Exception):
    """The site file cannot be used. `str()` is one line per mistake."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes

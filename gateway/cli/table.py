"""Tables on a terminal: Japanese characters are two cells wide, so `len` will not do."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence


def width(text: str) -> int:
    """How many terminal cells `text` takes (Unicode Standard Annex 11)."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def lines(rows: Iterable[Sequence[str]], *, indent: str = "  ") -> Iterator[str]:
    """Rows with their columns aligned left, two spaces apart."""
    cells = [tuple(row) for row in rows]
    widths = [max(width(row[column]) for row in cells) for column in range(len(cells[0]))] if cells else []
    for row in cells:
        padded = (text + " " * (widest - width(text)) for text, widest in zip(row, widths, strict=True))
        yield (indent + "  ".join(padded)).rstrip()

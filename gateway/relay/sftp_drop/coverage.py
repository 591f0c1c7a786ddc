"""Which bytes of a file a client has written, in whatever order: a file with a hole is not whole, however long it is. Pure."""

from bisect import bisect_left, bisect_right

PIECES_MOST = 4096  # a client that writes every second block of a file is not one of those people use


class TooScattered(Exception):
    """More separate pieces than an honest client makes."""


class Coverage:
    """A set of byte positions, as ranges that neither touch nor overlap."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    @property
    def end(self) -> int:
        """One past the last byte written."""
        return self._ends[-1] if self._ends else 0

    def add(self, start: int, end: int) -> None:
        """The bytes from `start` up to `end` were written. Raises TooScattered."""
        if start >= end:
            return
        first = bisect_left(self._ends, start)
        last = bisect_right(self._starts, end)
        if first < last:
            start = min(start, self._starts[first])
            end = max(end, self._ends[last - 1])
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]
        if len(self._starts) > PIECES_MOST:
            raise TooScattered

    def cut(self, size: int) -> None:
        """Nothing from `size` on counts any more."""
        kept = bisect_left(self._starts, size)
        del self._starts[kept:], self._ends[kept:]
        if self._ends:
            self._ends[-1] = min(self._ends[-1], size)

    def whole(self, size: int) -> bool:
        """Whether every byte below `size` was written."""
        return size == 0 or (self._starts[:1] == [0] and self._ends[0] >= size)

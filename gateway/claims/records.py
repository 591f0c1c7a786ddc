"""Splits a file's bytes into records, in constant memory, and notes what concerns the bytes as such."""

import codecs
from collections.abc import Iterable, Iterator

HEAD_BYTES = 4096
"""A record is given with at least this many of its first bytes; every field read here stands in the first few hundred."""
_END_MARK = b"\x1a"


class Records:
    """Iterate once; the attributes are complete when the iteration is.

    Attributes:
        size: bytes read.
        nul_bytes: a NUL byte was among them.
        cp932: all of them decode as cp932. A last character that is cut in two does not count; see `cut`.
        cut: the last character is cut in two.
        odd_end: the first record that does not end in CR LF, or holds a CR before that, from 1; 0 if there is none.
        open_end: the last record has neither a line end nor an end mark after it.
        end_mark: an end mark (0x1A) closes the file.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._decoder = codecs.getincrementaldecoder("cp932")()
        self.size = 0
        self.nul_bytes = False
        self.cp932 = True
        self.cut = False
        self.odd_end = 0
        self.open_end = False
        self.end_mark = False

    def __iter__(self) -> Iterator[bytes]:
        """The records without their line ends."""
        number = 0
        rest = b""
        for chunk in self._chunks:
            self._watch(chunk)
            block = rest + chunk
            end = block.rfind(b"\n") + 1
            # A line of any length costs HEAD_BYTES.
            rest = block[end : end + HEAD_BYTES]
            if end:
                lines = self._lines(block[:end], number)
                number += len(lines)
                yield from lines
        self.cut = self.cp932 and self._undecoded()
        yield from self._last(rest, number + 1)

    def _lines(self, block: bytes, before: int) -> list[bytes]:
        """The whole lines of `block`, which ends in a line end."""
        if block.count(b"\r\n") == block.count(b"\n") == block.count(b"\r"):
            return block.split(b"\r\n")[:-1]  # nothing stands after the last line end
        lines = block.split(b"\n")[:-1]
        odd = (number for number, line in enumerate(lines, before + 1) if not line or line.find(b"\r") != len(line) - 1)
        self.odd_end = self.odd_end or next(odd)
        return [line.removesuffix(b"\r") for line in lines]

    def _last(self, rest: bytes, number: int) -> Iterator[bytes]:
        """What follows the last line end: an end mark, or a record that never got its own."""
        record = rest.rstrip(_END_MARK)
        self.end_mark = record != rest
        if record:
            self.open_end = not self.end_mark
            if self.end_mark:
                self.odd_end = self.odd_end or number
            yield record.removesuffix(b"\r")

    def _watch(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.nul_bytes |= b"\0" in chunk
        if self.cp932:
            try:
                self._decoder.decode(chunk)
            except UnicodeDecodeError:
                self.cp932 = False

    def _undecoded(self) -> bool:
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return True
        return False

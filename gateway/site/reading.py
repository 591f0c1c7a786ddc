"""The site file's bytes, as text. Knows nothing of YAML: only what may be read at all, and where it stops being text."""

import errno
import os
import stat
from pathlib import Path

from gateway.site.errors import Mistake, SiteFileError
from gateway.site.words import UNPRINTABLE, one_line

# A hospital with 500 receipt PCs writes 40 KiB. More than this is another file, named by mistake.
SITE_FILE_MAX_BYTES = 256 * 1024

_REASONS = {
    errno.ENOENT: "no such file. check the path",
    errno.ENOTDIR: "a part of the path is not a directory. check the path",
    errno.ELOOP: "the symbolic links lead in a circle. name the file itself",
    errno.EACCES: "may not be read by this user. run as root, or mend the file's permissions",
    errno.EPERM: "may not be read by this user. run as root, or mend the file's permissions",
    errno.ENAMETOOLONG: "the path is too long. name a site file",
    errno.ENXIO: "is not a regular file. name a site file",
}


def read_text(path: Path) -> str:
    """The file as text with line feeds alone as line ends, without a byte order mark.

    Raises SiteFileError when it cannot be opened, is no regular file (it never waits on a FIFO), is longer than
    SITE_FILE_MAX_BYTES, is not UTF-8, or holds control characters.
    """
    return _plain_text(path, _decoded(path, _content(path)))


def whole_file(path: Path, text: str) -> SiteFileError:
    """The error for a file that is wrong as a whole."""
    return SiteFileError((Mistake(one_line(str(path)), 0, 0, text),))


def _content(path: Path) -> bytes:
    try:
        # O_NONBLOCK: opening a FIFO must return at once; for a regular file it means nothing.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0) or f"cannot be opened ({error.strerror}). name a site file"
        raise whole_file(path, reason) from None
    except ValueError:  # a NUL byte in the path
        raise whole_file(path, "is not a path. name a site file") from None
    try:
        content = _regular_content(path, descriptor)
    except OSError as error:
        raise whole_file(path, f"cannot be read ({error.strerror}). copy it to a local disk") from None
    finally:
        os.close(descriptor)
    if len(content) > SITE_FILE_MAX_BYTES:
        raise whole_file(
            path, f"is larger than {SITE_FILE_MAX_BYTES // 1024} KiB, which no site needs. name a site file"
        )
    return content


def _regular_content(path: Path, descriptor: int) -> bytes:
    """At most SITE_FILE_MAX_BYTES + 1 bytes: enough to see that a file is too long, however fast it grows."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise whole_file(path, "is a directory. name the site file in it")
    if not stat.S_ISREG(mode):
        raise whole_file(path, "is not a regular file. name a site file")
    content = b""
    while len(content) <= SITE_FILE_MAX_BYTES:
        piece = os.read(descriptor, SITE_FILE_MAX_BYTES + 1 - len(content))
        if not piece:
            break
        content += piece
    return content


def _decoded(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        text = "is not UTF-8 text from here on. save the file as UTF-8, not as Shift_JIS or UTF-16"
        raise SiteFileError((Mistake(one_line(str(path)), line, column, text),)) from None


def _plain_text(path: Path, text: str) -> str:
    text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    mistakes = tuple(
        Mistake(
            one_line(str(path)),
            number,
            found.start() + 1,
            f"the invisible character U+{ord(found[0]):04X} stands here. delete it",
        )
        for number, line in enumerate(lines, 1)
        if (found := UNPRINTABLE.search(line.replace("\t", " ")))
    )
    if mistakes:
        raise SiteFileError(mistakes)
    return text

"""A folder of a share that tells by itself when something happens in it (CHANGE_NOTIFY, MS-SMB2 §3.3.5.19).

A connection of its own, because the request stays open for hours. Only a hint: a terminal that dies says nothing.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypeVar

from smbprotocol.change_notify import CompletionFilter, SMB2ChangeNotifyRequest
from smbprotocol.exceptions import NotifyEnumDir

from gateway.relay.errors import ShelfError, TimedOut, Unreachable
from gateway.relay.smb_errors import translated
from gateway.relay.smb_files import open_folder
from gateway.relay.smb_line import Line

T = TypeVar("T")

WATCHES_WITHIN_S = 1.0
_EVENTS = (
    CompletionFilter.FILE_NOTIFY_CHANGE_FILE_NAME
    | CompletionFilter.FILE_NOTIFY_CHANGE_SIZE
    | CompletionFilter.FILE_NOTIFY_CHANGE_LAST_WRITE
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A folder held open on a line of its own, and the request that is answered when something happens in it."""

    line: Line
    handle: Any
    request: Any


class FolderWatch:
    """Stands from the first `changed` on, until `cut` or an error; then the next `changed` sets it up anew.

    `connect(keep)` makes a line, gives it to `keep`, and connects it.
    """

    def __init__(self, connect: Callable[[Callable[[Line], None]], None], deadline_s: float) -> None:
        self._connect = connect
        self._deadline_s = deadline_s
        # Not the loop's own threads: this one is away for hours.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="smb-hints")
        self._lines: list[Line] = []
        self._asked: _Asked | None = None
        self._closed = False

    async def changed(self, folder: PurePosixPath) -> None:
        """Return once something may have happened in `folder`; at once when the watch was only just set up."""
        asked = self._asked
        try:
            if asked is None or not asked.line.alive:
                self.cut()
                async with asyncio.timeout(self._deadline_s):
                    self._asked = await self._in_thread(lambda: self._open(folder))
            else:
                self._asked = await self._in_thread(lambda: _answered(asked))
        except TimeoutError as error:
            self.cut()
            raise TimedOut("timed-out") from error
        except (ShelfError, asyncio.CancelledError):
            self.cut()
            raise

    def cut(self) -> None:
        """Let go of the connection, and of whoever waits on it."""
        self._asked = None
        lines, self._lines = self._lines, []
        for line in lines:
            line.cut()
            if self._closed:
                continue
            # Closing joins the library's receive thread, which ends with the cut: not for the event loop to wait for.
            self._thread.submit(_hang_up, line)

    def close(self) -> None:
        """Cut, and end the thread."""
        self.cut()
        self._closed = True
        self._thread.shutdown(wait=False)

    def _open(self, folder: PurePosixPath) -> _Asked:
        kept: list[Line] = []

        def keep(line: Line) -> None:
            if self._closed:
                raise Unreachable("connection-lost")
            kept.append(line)
            self._lines.append(line)

        self._connect(keep)
        (line,) = kept
        with translated():
            return _ask(line, open_folder(line, folder))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        running: Future[T] = self._thread.submit(work)
        return await asyncio.wrap_future(running)


def _answered(asked: _Asked) -> _Asked:
    """Wait for the event, then ask for the next before anybody looks: what happens while they look is told again."""
    with translated():
        with suppress(NotifyEnumDir):
            asked.handle.tree_connect.session.connection.receive(asked.request)
        return _ask(asked.line, asked.handle)


def _ask(line: Line, handle: Any) -> _Asked:
    message = SMB2ChangeNotifyRequest()
    message["output_buffer_length"] = 0  # that, not what: the collector looks for itself
    message["file_id"] = handle.file_id
    message["completion_filter"] = _EVENTS
    tree = handle.tree_connect
    request = tree.session.connection.send(message, tree.session.session_id, tree.tree_connect_id)
    # The server's first answer says that it watches; what happens before that it does not tell.
    request.response_event.wait(WATCHES_WITHIN_S)
    return _Asked(line, handle, request)


def _hang_up(line: Line) -> None:
    with suppress(ShelfError):
        line.hang_up(politely=False)

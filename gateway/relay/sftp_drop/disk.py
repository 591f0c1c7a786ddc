"""Our own disk, as the drop server meets it: in threads of its own, with a deadline, and each error as an answer to a client."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from gateway.relay.disk_errors import disk_errors
from gateway.relay.durable import DiskLied
from gateway.relay.errors import Absent, Occupied, ShelfError
from gateway.relay.sftp_drop.refusal import Refusal, absent, denied

T = TypeVar("T")

THREADS = 8
_PERMISSION = {"disk-eacces", "disk-eperm", "disk-eloop", "disk-enotdir"}


class Disk:
    """Threads for blocking work. `lied` is called with what ends the relay, in a thread or in the loop."""

    def __init__(self, deadline: timedelta, lied: Callable[[DiskLied], None]) -> None:
        self._deadline_s = deadline.total_seconds()
        self._lied = lied
        self._threads = ThreadPoolExecutor(THREADS, "sftp-disk")
        self._abandoned = 0

    async def do(self, work: Callable[[], T], unheard: Callable[[T], None] | None = None) -> T:
        """Run `work` in a thread. Raises Refusal for whatever the disk does; a disk that hangs keeps its thread.

        `unheard` undoes, in a thread as well, what came after its client had gone or its deadline had passed.
        """
        if self._abandoned >= THREADS:
            raise Refusal("the gateway's disk does not answer. ask the vendor")
        future = asyncio.get_running_loop().run_in_executor(self._threads, self._listened, work)
        try:
            async with asyncio.timeout(self._deadline_s):
                return await asyncio.shield(future)
        except TimeoutError:
            self._abandon(future, unheard)
            raise Refusal("the gateway's disk does not answer. ask the vendor") from None
        except asyncio.CancelledError:
            self._abandon(future, unheard)
            raise

    def close(self) -> None:
        """Take no more work; what runs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=False)

    def later(self, work: Callable[[], None]) -> None:
        """Run `work` when a thread is free; nobody waits for it."""
        self._abandon(asyncio.get_running_loop().run_in_executor(self._threads, self._listened, work), counted=False)

    def _abandon(
        self, future: asyncio.Future[T], unheard: Callable[[T], None] | None = None, *, counted: bool = True
    ) -> None:
        if counted:
            self._abandoned += 1

        def ended(future: asyncio.Future[T]) -> None:
            if counted:
                self._abandoned -= 1
            if future.cancelled() or future.exception() is not None:
                return  # heard: the client was told something already
            if unheard is not None:
                result = future.result()
                self.later(lambda: unheard(result))

        future.add_done_callback(ended)

    def _listened(self, work: Callable[[], T]) -> T:
        try:
            with disk_errors():
                return work()
        except DiskLied as error:
            self._lied(error)
            raise Refusal("the gateway's disk failed. ask the vendor") from error
        except ShelfError as error:
            raise _refusal(error) from error


def _refusal(error: ShelfError) -> Refusal:
    match error:
        case Absent():
            return absent()
        case Occupied():
            return Refusal("a file of this name is there already")
        case ShelfError(code=code) if code in _PERMISSION:
            return denied()
        case ShelfError(code="disk-enospc" | "disk-edquot" | "disk-reserve"):
            return Refusal("the gateway's disk is full. ask the vendor")
        case _:
            return Refusal("the gateway's disk refuses. ask the vendor")


class Descriptor:
    """A file's descriptor that is closed only when no thread uses it: its number may be another file's a moment later."""

    def __init__(self, number: int, closing: Callable[[int], None]) -> None:
        self._number = number
        self._closing = closing
        self._lock = threading.Lock()
        self._closed = False

    def use(self, work: Callable[[int], T]) -> T:
        """Work with the descriptor, alone. Raises Refusal if it is closed. Blocking."""
        with self._lock:
            if self._closed:
                raise Refusal("the file is closed")
            return work(self._number)

    def close(self) -> None:
        """Close it, once. Blocking."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._closing(self._number)

"""The drop server's thread, and the bridge between its loop and the relay's. Whatever happens there, the relay goes on."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from gateway.journal import tell
from gateway.relay.durable import DiskLied
from gateway.relay.ledger import LedgerError
from gateway.relay.sftp_drop import messages
from gateway.relay.sftp_drop.refusal import Refusal, Unanswered
from gateway.relay.sftp_drop.server import Server
from gateway.relay.sftp_drop.staging import OnTheWay, Reception
from gateway.relay.sftp_drop.upload import Offer

T = TypeVar("T")

AGAIN_AFTER_S = 5.0
STOP_WITHIN_S = 10.0
ANSWER_WITHIN_S = 60.0  # five tries of a busy ledger, and a slow disk's fsync


class Bridge:
    """The relay's loop as the drop server's loop sees it (`Reception`)."""

    def __init__(self, reception: Reception, loop: asyncio.AbstractEventLoop) -> None:
        self._reception = reception
        self._loop = loop

    async def accept(self, offer: Offer) -> None:
        """See Reception. A relay that does not answer in time may still take the file: its client sends again for nothing."""
        await self._asked(self._reception.accept(offer))

    async def on_the_way(self) -> tuple[OnTheWay, ...]:
        """See Reception."""
        return await self._asked(self._reception.on_the_way())

    async def _asked(self, question: Coroutine[Any, Any, T]) -> T:
        try:
            asked: Future[T] = asyncio.run_coroutine_threadsafe(question, self._loop)
        except RuntimeError:
            question.close()
            raise Refusal("the gateway is stopping. try again") from None
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await asyncio.shield(asyncio.wrap_future(asked))
        except (TimeoutError, DiskLied, LedgerError, RuntimeError):
            raise Unanswered("the gateway does not answer. send the file again") from None


class SftpDrop:
    """The drop server beside a relay. `watch` is a task of the relay's."""

    def __init__(self, made: Callable[[Reception, Callable[[DiskLied], None]], Server], reception: Reception) -> None:
        self._made = made
        self._reception = reception

    async def watch(self) -> None:
        """Serve until cancelled. Raises DiskLied if our own disk lied to the drop server."""
        loop = asyncio.get_running_loop()
        lied: asyncio.Future[None] = loop.create_future()
        bridge = Bridge(self._reception, loop)

        def tell_lie(error: DiskLied) -> None:
            loop.call_soon_threadsafe(_end, lied, error)

        life = _Life(lambda: self._made(bridge, tell_lie))
        life.start()
        try:
            await lied
        finally:
            life.stop()
            await asyncio.to_thread(life.join, STOP_WITHIN_S)


def _end(lied: asyncio.Future[None], error: DiskLied) -> None:
    if not lied.done():
        lied.set_exception(error)


class _Life(threading.Thread):
    """Servers, one after the other, until it is stopped."""

    def __init__(self, made: Callable[[], Server]) -> None:
        super().__init__(name="sftp-drop", daemon=True)
        self._made = made
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = threading.Event()

    def run(self) -> None:
        """See Thread."""
        asyncio.run(self._serve())

    def stop(self) -> None:
        """From any thread: end soon."""
        self._stopping.set()
        if self._loop is not None and self._task is not None:
            try:
                self._loop.call_soon_threadsafe(self._task.cancel)
            except RuntimeError:
                return  # it has ended

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            self._task = asyncio.create_task(self._made().run())
            if self._stopping.is_set():
                self._task.cancel()
            try:
                await self._task
            except asyncio.CancelledError:
                return
            except BaseExceptionGroup as group:
                tell(messages.FAILED, kind=type(group.exceptions[0]).__name__)
            except Exception as error:  # noqa: BLE001  # whatever it is, claims go on moving without SFTP
                tell(messages.FAILED, kind=type(error).__name__)
            await asyncio.to_thread(self._stopping.wait, AGAIN_AFTER_S)

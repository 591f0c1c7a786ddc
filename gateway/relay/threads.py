"""Blocking work on a thread, and what becomes of it when nobody waits for it any more."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from gateway.relay.durable import DiskLied

T = TypeVar("T")

GRACE_S = 5.0  # a caller was freed within 11 ms when measured; a local fsync may take a second


async def in_thread(work: Callable[[], T]) -> T:
    """Run `work` on a thread. A caller that is cancelled waits GRACE_S for it: a disk that lied must not go unheard."""
    thread = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await given_up(thread, GRACE_S)
        raise


async def given_up(thread: asyncio.Future[Any], grace_s: float) -> None:
    """Wait `grace_s` for a thread nobody listens to; DiskLied if it ended with that."""
    await asyncio.wait([thread], timeout=grace_s)
    unless_it_lied(thread)


def unless_it_lied(thread: asyncio.Future[Any]) -> None:
    """Raise the DiskLied a thread ended with, if it did; whatever else it said was told its caller as TimedOut."""
    if thread.done() and not thread.cancelled() and isinstance(error := thread.exception(), DiskLied):
        raise error

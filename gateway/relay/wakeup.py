"""Something happened, look now: set by whoever notices, taken by the one who looks. The timer is what is relied on."""

import asyncio
from datetime import timedelta


class Wakeup:
    """Rings once for everything that happened since the last wait."""

    def __init__(self) -> None:
        self._something = asyncio.Event()

    def ring(self) -> None:
        """Something may have happened."""
        self._something.set()

    async def wait(self, at_most: timedelta) -> None:
        """Until it rings, or `at_most` is over."""
        try:
            async with asyncio.timeout(at_most.total_seconds()):  # wait_for of Python 3.11 may lose a cancellation
                await self._something.wait()
        except TimeoutError:
            return
        finally:
            self._something.clear()

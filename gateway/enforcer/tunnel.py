"""The tunnel's keeper beside the daemon: in a thread of its own, since a call to a provider that is away takes its time."""

import asyncio
from contextlib import suppress
from threading import Thread
from typing import Any

from gateway.tunnel.door import CharonGoneError, Door
from gateway.tunnel.session import Keeper
from gateway.tunnel.up import Up, standing

ANSWER_TIMEOUT_S = 1.0
"""charon tells what is up within milliseconds; a person who asks, and all repairs with him, wait no longer."""


async def kept(keeper: Keeper) -> None:
    """Run it until cancelled. A keeper that ends by itself ends the daemon, which systemd starts again."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        try:
            keeper.run()
        finally:
            with suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(ended.set)

    # Not joined at the end: a call that nobody answers would hold up the stop.
    Thread(target=run, name="tunnel", daemon=True).start()
    try:
        await ended.wait()
        raise RuntimeError("the tunnel's keeper ended")
    finally:
        keeper.stop()


def told(charon: Door, providers: tuple[str, ...]) -> dict[str, Any]:
    """How the tunnel stands, for `status`: JSON data. `providers` are the declared ones, the preferred one first."""
    try:
        with charon:
            ups, gone = standing(charon), ""
    except CharonGoneError as error:
        ups, gone = (), str(error)
    return {"providers": list(providers), "charon": gone, "up": [_told(one) for one in ups if one.children]}


def _told(one: Up) -> dict[str, Any]:
    return {
        "provider": one.provider,
        "address": one.address,
        "version": one.version,
        "age_s": one.age_s,
        "rekey_s": one.rekey_s,
        "behind_nat": one.behind_nat,
        "addresses": list(one.virtual_addresses),
        "children": [
            {
                "name": child.name,
                "age_s": child.age_s,
                "rekey_s": child.rekey_s,
                "bytes_in": child.bytes_in,
                "bytes_out": child.bytes_out,
                "encryption": child.encryption,
                "spi_in": child.spi_in,
                "spi_out": child.spi_out,
            }
            for child in one.children
        ],
    }

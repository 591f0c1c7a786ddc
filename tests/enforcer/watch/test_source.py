import asyncio
import socket

import pytest

from gateway.enforcer.change import Change, ChangeKind
from gateway.enforcer.watch import nftables, source
from gateway.enforcer.watch.source import follow
from gateway.firewall.nft import Nft
from gateway.twin.namespace import Namespace


async def until(changes: asyncio.Queue[Change], kind: ChangeKind) -> list[Change]:
    seen = [await changes.get()]
    while seen[-1].kind is not kind:
        seen.append(await changes.get())
    return seen


@pytest.mark.root
def test_lost_notifications_are_told_and_the_source_goes_on(
    namespace: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "RECEIVE_BUFFER_BYTES", 2048)

    async def watch() -> list[Change]:
        changes: asyncio.Queue[Change] = asyncio.Queue()
        opened = nftables.source(lambda: 0)
        with Nft() as nft:
            nft.run("add table inet t\nadd set inet t s { type mark; }")
            nft.run("add element inet t s { " + ", ".join(map(str, range(3000))) + " }")
            reading = asyncio.create_task(follow(opened, changes))
            try:
                async with asyncio.timeout(5):
                    seen = await until(changes, ChangeKind.LOST)
                    nft.run("add table inet after")
                    seen += await until(changes, ChangeKind.RULES)
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
                opened.close()
        return seen

    seen = namespace.call(lambda: asyncio.run(watch()))

    assert [one.what for one in seen if one.kind is ChangeKind.LOST] == ["nftables: the kernel lost notifications"]
    assert seen[-1].kind is ChangeKind.RULES


@pytest.mark.root
def test_the_buffer_is_as_large_as_asked_for(namespace: Namespace) -> None:
    opened = namespace.call(nftables.source, lambda: 0)
    try:
        assert opened.socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= source.RECEIVE_BUFFER_BYTES
    finally:
        opened.close()

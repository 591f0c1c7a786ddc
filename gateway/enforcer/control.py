"""The control socket: JSON lines over a Unix socket, from root and the group claim-gateway only.

Nothing a client does may disturb enforcement: how many there are, how long a line is and how long one may take are all
bounded, and what they ask for is done one after the other in the box's own thread.
"""

import asyncio
import grp
import json
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from gateway.enforcer import messages, person
from gateway.enforcer.client import SOCKET
from gateway.enforcer.errors import EnforcerError, StateError
from gateway.enforcer.requests import LINE_MAX_BYTES, REQUESTS, Request, kind_of
from gateway.journal import tell

CLIENTS_MAX = 16
REQUEST_TIMEOUT_S = 10.0
"""For a whole line to arrive, and for its answer to be taken."""
QUIET_S = 60.0
"""How long the journal is spared after it was told that somebody pesters the socket."""

Perform = Callable[[Request, str], Awaitable[dict[str, Any]]]
"""Does what is asked, for whom, and returns what the client is told. Raises EnforcerError."""


class Control:
    """Serves until cancelled."""

    def __init__(self, perform: Perform) -> None:
        self._perform = perform
        self._clients = 0
        self._spoke = dict[str, float]()
        self._server: asyncio.Server

    @classmethod
    async def listening(cls, run_dir: Path, perform: Perform) -> Self:
        """Clients can connect from now on. Raises StateError if the socket cannot be made."""
        made, path = cls(perform), run_dir / SOCKET
        try:
            made._server = await asyncio.start_unix_server(made._meet, sock=_listener(path), limit=LINE_MAX_BYTES)
        except OSError as error:
            raise StateError(f"{path}: {os.strerror(error.errno or 0)}") from error
        return made

    async def serve(self) -> None:
        """Until cancelled."""
        async with self._server:
            await self._server.serve_forever()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._clients >= CLIENTS_MAX:
                self._say("crowded", lambda: tell(messages.CROWDED, clients=CLIENTS_MAX))
                return
            pid, uid, gid = person.peer(writer.get_extra_info("socket"))
            if not person.may_ask(uid, gid):
                self._say("stranger", lambda: tell(messages.STRANGER, uid=uid, pid=pid))
                return
            self._clients += 1
            try:
                await self._converse(reader, writer, person.described(pid, uid))
            finally:
                self._clients -= 1
        except (OSError, TimeoutError):
            return  # gone, or too slow
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, who: str) -> None:
        while True:
            try:
                async with asyncio.timeout(REQUEST_TIMEOUT_S):
                    line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError:
                return
            except asyncio.LimitOverrunError:
                await self._answer(writer, _no("not-now", f"a request is one line of at most {LINE_MAX_BYTES} bytes"))
                return
            await self._answer(writer, await self._answered(line, who))

    async def _answered(self, line: bytes, who: str) -> dict[str, Any]:
        try:
            request = REQUESTS.validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            return _no("not-now", f"no request of ours: {where}: {first['msg']}" if where else "no request of ours")
        try:
            return {"ok": True, **await self._perform(request, who)}
        except EnforcerError as error:
            return _no(kind_of(error), str(error))

    async def _answer(self, writer: asyncio.StreamWriter, answer: dict[str, Any]) -> None:
        writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            await writer.drain()

    def _say(self, what: str, say: Callable[[], None]) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._spoke.get(what, -QUIET_S) >= QUIET_S:
            self._spoke[what] = now
            say()


def _listener(path: Path) -> socket.socket:
    """Under its name only when it listens. What a killed enforcer left there is replaced; the lock says there is no other."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    listener.bind(str(beside))
    beside.chmod(0o660)
    with suppress(KeyError, PermissionError):
        os.chown(beside, -1, grp.getgrnam(person.GROUP).gr_gid)
    listener.listen()
    beside.rename(path)
    return listener


def _no(kind: str, text: str) -> dict[str, Any]:
    return {"ok": False, "kind": kind, "error": text}

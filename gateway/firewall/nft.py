"""The one narrow door to nftables: libnftables (libnftables(3)) in this process, in the caller's network namespace."""

import ctypes
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

SONAME = "libnftables.so.1"
_OUTPUT_JSON = 1 << 4
"""NFT_CTX_OUTPUT_JSON, nftables/libnftables.h."""
_NETFILTER = 12  # NETLINK_NETFILTER, linux/netlink.h
_opening = Lock()


class NftError(Exception):
    """The kernel or nft refused; nothing of the batch was applied. The text is nft's own first line."""


class Nft:
    """A libnftables context. Open it in the thread, and so the network namespace, that it is to act in."""

    def __init__(self) -> None:
        try:
            self._library = _load()
        except OSError as error:
            raise NftError(f"cannot load {SONAME}: {error}. install the Debian package libnftables1") from error
        with _opening:
            before = _netfilter_sockets()
            self._context = self._library.nft_ctx_new(0)
            made = _netfilter_sockets() - before
        if not self._context:
            raise NftError("libnftables gave no context. check that this process has CAP_NET_ADMIN")
        self._sockets = made
        self._library.nft_ctx_buffer_output(self._context)
        self._library.nft_ctx_buffer_error(self._context)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._library.nft_ctx_free(self._context)
        self._context = None

    def run(self, commands: str) -> str:
        """Run one batch in one transaction: all of it or nothing. Returns nft's output."""
        code = self._library.nft_run_cmd_from_buffer(self._context, commands.encode())
        output: bytes = self._library.nft_ctx_get_output_buffer(self._context)
        errors: bytes = self._library.nft_ctx_get_error_buffer(self._context)
        if code != 0:
            raise NftError(_first_line(errors.decode(errors="replace")))
        return output.decode(errors="replace")  # comments of other tables are any bytes; ours are ASCII

    def dump(self, command: str) -> list[dict[str, Any]]:
        """The objects of a `list …` command, from nft's JSON (libnftables-json(5))."""
        self._library.nft_ctx_output_set_flags(self._context, _OUTPUT_JSON)
        try:
            objects: list[dict[str, Any]] = json.loads(self.run(command))["nftables"]
        finally:
            self._library.nft_ctx_output_set_flags(self._context, 0)
        return objects

    def fileno(self) -> int:
        """Libnftables' own netlink socket, which its interface does not tell: the one that came with the context.

        Raises NftError if another thread opened one of its kind at that moment.
        """
        if len(self._sockets) != 1:
            raise NftError(f"libnftables opened {len(self._sockets)} netlink sockets, not one. try again")
        (number,) = self._sockets
        return number

    def port_id(self) -> int:
        """The netlink port id of that socket, by which notifications name who changed something; 0 before its first message."""
        with socket.socket(fileno=os.dup(self.fileno())) as copy:
            port: int = copy.getsockname()[0]
            return port


@contextmanager
def opened(nft: Nft | None) -> Iterator[Nft]:
    """`nft`, whose process keeps it; or one for this moment. Raises NftError."""
    if nft is not None:
        yield nft
        return
    with Nft() as made:
        yield made


def _netfilter_sockets() -> set[int]:
    """The netlink sockets to netfilter that this process has open."""
    return {int(entry.name) for entry in Path("/proc/self/fd").iterdir() if _is_netfilter(entry)}


def _is_netfilter(entry: Path) -> bool:
    try:
        if not str(entry.readlink()).startswith("socket:"):
            return False
        with socket.socket(fileno=os.dup(int(entry.name))) as copy:
            return copy.family == socket.AF_NETLINK and copy.proto == _NETFILTER
    except OSError:  # gone since
        return False


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "nft refused without saying why")


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(SONAME)
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    signatures: dict[str, tuple[list[Any], Any]] = {
        "nft_ctx_new": ([ctypes.c_uint32], pointer),
        "nft_ctx_free": ([pointer], None),
        "nft_ctx_buffer_output": ([pointer], ctypes.c_int),
        "nft_ctx_buffer_error": ([pointer], ctypes.c_int),
        "nft_ctx_get_output_buffer": ([pointer], text),
        "nft_ctx_get_error_buffer": ([pointer], text),
        "nft_ctx_output_set_flags": ([pointer, ctypes.c_uint], None),
        "nft_run_cmd_from_buffer": ([pointer, text], ctypes.c_int),
    }
    for name, (arguments, result) in signatures.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result
    return library

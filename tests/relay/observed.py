"""What the relay asks of the disk, in order. Every call goes through to the kernel and is written down."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


class DiskLog:
    """The calls that change names, bytes or their durability: `("fsync", "spool")`, `("link", "spool/a", "out/b")`.

    Paths are relative to `root`; "." is `root` itself. Reading is noted too: bytes must be durable before they are read back.
    The same call many times in a row is one, because files are read and written in pieces.
    """

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._root = root
        self.calls: list[tuple[str, ...]] = []
        described: dict[str, Callable[..., tuple[str, ...]]] = {
            "fsync": self._by_descriptor,
            "write": self._by_descriptor,
            "pread": self._by_descriptor,
            "mkdir": self._by_name,
            "unlink": self._by_name,
            "rename": self._by_names,
            "link": self._by_names,
        }
        for name, describe in described.items():
            monkeypatch.setattr(os, name, self._noting(name, getattr(os, name), describe))

    def _noting(
        self, name: str, call: Callable[..., Any], describe: Callable[..., tuple[str, ...]]
    ) -> Callable[..., Any]:
        def noting(*args: Any, **kwargs: Any) -> Any:
            one = (name, *describe(*args, **kwargs))
            answer = call(*args, **kwargs)
            if one not in self.calls[-1:]:
                self.calls.append(one)
            return answer

        return noting

    def _by_descriptor(self, descriptor: int, *_: Any) -> tuple[str, ...]:
        return (self._path_of(descriptor),)

    def _by_name(self, name: str, *_: Any, dir_fd: int) -> tuple[str, ...]:
        return (self._below(dir_fd, name),)

    def _by_names(self, old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int, **_: Any) -> tuple[str, ...]:
        return self._below(src_dir_fd, old), self._below(dst_dir_fd, new)

    def _below(self, folder: int, name: str | bytes) -> str:
        return str(Path(self._path_of(folder)) / os.fsdecode(name))

    def _path_of(self, descriptor: int) -> str:
        return str(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(self._root))

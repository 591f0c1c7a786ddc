"""Network namespaces with a thread inside each. Their names carry the maker's pid, so a killed maker's can be swept away."""

import os
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar

from pyroute2 import netns

NETNS_DIR = Path("/run/netns")
PREFIX = "cgw"
_NAME = re.compile(rf"{PREFIX}-(\d+)-[0-9a-f]{{6}}-.+")

P = ParamSpec("P")
T = TypeVar("T")


def twin_name() -> str:
    """A name no other twin on this machine has."""
    return f"{PREFIX}-{os.getpid()}-{secrets.token_hex(3)}"


def sweep() -> tuple[str, ...]:
    """Remove the namespaces of twins whose maker was killed before it could. Returns their names."""
    dead = []
    for path in NETNS_DIR.glob(f"{PREFIX}-*") if NETNS_DIR.is_dir() else ():
        match = _NAME.fullmatch(path.name)
        if match and not Path(f"/proc/{match[1]}").exists():
            netns.remove(path.name)
            dead.append(path.name)
    return tuple(dead)


class Namespace:
    """One namespace. `call` runs a function inside it; a socket opened there stays there wherever it is used later."""

    def __init__(self, name: str) -> None:
        self.name = name
        netns.create(name)
        self._thread = ThreadPoolExecutor(
            max_workers=1, thread_name_prefix=name, initializer=netns.setns, initargs=(name,)
        )

    @property
    def path(self) -> Path:
        """What `nsenter --net=` takes."""
        return NETNS_DIR / self.name

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` in this namespace and return what it returns. Calls into one namespace follow each other."""
        return self._thread.submit(function, *args, **kwargs).result()

    def command(self, *words: str) -> list[str]:
        """The command line that runs `words` in this namespace; it dies with us, even by SIGKILL."""
        return ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net={self.path}", "--", *words]

    def close(self) -> None:
        """Remove the namespace and, with it, its ends of all wires."""
        self._thread.shutdown()
        netns.remove(self.name)

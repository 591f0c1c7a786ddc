"""A box under its policy in one namespace, with a wire in each port and nobody at the other ends."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from pyroute2 import IPRoute

from gateway.enforcer.transaction import apply, desire
from gateway.policy.derive import derive
from gateway.proof.inventory.surroundings import Surroundings, surroundings
from gateway.proof.inventory.sysctls import ROOT
from gateway.proof.model import Answer, Evidence, Theorem
from gateway.proof.observe import evidence, observe
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin.namespace import Namespace, twin_name

T = TypeVar("T")
Found = tuple[str, Theorem, Answer]


@dataclass(frozen=True)
class Box:
    """Where commands run and what is observed."""

    namespace: Namespace
    surroundings: Surroundings

    def call(self, function: Callable[..., T], *args: object) -> T:
        return self.namespace.call(function, *args)

    def evidence(self) -> Evidence:
        return evidence(self.namespace.call(observe, self.surroundings), self.surroundings)

    def found(self) -> set[Found]:
        return {(one.kind, one.theorem, one.answer) for one in self.evidence().findings}

    def run(self, *commands: str) -> None:
        for command in commands:
            subprocess.run(self.namespace.command(*command.split()), check=True, capture_output=True)

    @contextmanager
    def changed(self, *commands: str, undo: tuple[str, ...]) -> Iterator[None]:
        """Each command is undone by the one at its place in `undo`, the last first."""
        try:
            self.run(*commands)
            yield
        finally:
            self.run(*reversed(undo))

    @contextmanager
    def set(self, path: str, value: str) -> Iterator[None]:
        """A kernel setting under /proc/sys/net, for a while."""
        before = self.namespace.call(_read, path)
        self.namespace.call(_write, path, value)
        try:
            yield
        finally:
            self.namespace.call(_write, path, before)


@contextmanager
def boxed(site: Site) -> Iterator[Box]:
    """A box that is exactly what `site` says."""
    found = surroundings(site, derive(site))
    namespace = Namespace(f"{twin_name()}-box")
    try:
        namespace.call(_plug, tuple(found.ports.values()))
        namespace.call(apply, desire(site))
        if Zone.TUNNEL in found.ports:
            # charon makes it after the first apply, so it begins with the defaults of then.
            for setting in ("accept_ra", "accept_redirects"):
                namespace.call(_write, f"ipv6/conf/{found.ports[Zone.TUNNEL]}/{setting}", "0")
        yield Box(namespace, found)
    finally:
        namespace.close()


def _plug(ports: tuple[str, ...]) -> None:
    with IPRoute() as ip:
        ip.link("set", index=1, state="up")
        for number, port in enumerate(ports):
            ip.link("add", ifname=port, kind="veth", peer=f"far{number}")
            ip.link("set", index=ip.link_lookup(ifname=f"far{number}")[0], state="up")


def _read(setting: str) -> str:
    return (ROOT / setting).read_text().strip()


def _write(setting: str, value: str) -> None:
    (ROOT / setting).write_text(value)

"""A box under its policy in one namespace, with a wire in each port and nobody at the other ends."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socket import AF_INET, AF_INET6
from typing import TypeVar

from pyroute2 import IPRoute

from gateway.enforcer.desired import OwnEnd
from gateway.enforcer.transaction import apply, desire
from gateway.policy.derive import derive
from gateway.policy.places import TUNNEL_PORT, Carrier
from gateway.proof.inventory.surroundings import Surroundings, surroundings
from gateway.proof.inventory.sysctls import ROOT
from gateway.proof.model import Answer, Evidence, Theorem
from gateway.proof.observe import evidence, observe
from gateway.site.model import Site
from gateway.site.values import IpNetwork
from gateway.twin.namespace import Namespace, twin_name
from gateway.twin.wires import plugged

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
    site = plugged(site)
    found = surroundings(site, derive(site), Carrier.TUN)
    namespace = Namespace(f"{twin_name()}-box")
    try:
        namespace.call(_plug, tuple(found.ports.values()))
        namespace.call(_lead_into_tunnel, found.policy.protected)
        namespace.call(apply, desire(site, own_end=OwnEnd(carrier=Carrier.WIRE)))
        yield Box(namespace, found)
    finally:
        namespace.close()


def _plug(ports: tuple[str, ...]) -> None:
    with IPRoute() as ip:
        ip.link("set", index=1, state="up")
        for number, port in enumerate(ports):
            if port == TUNNEL_PORT:
                ip.link("add", ifname=port, kind="tuntap", mode="tun")
                ip.link("set", index=ip.link_lookup(ifname=port)[0], state="up")
                continue
            ip.link("add", ifname=port, kind="veth", peer=f"far{number}")
            ip.link("set", index=ip.link_lookup(ifname=f"far{number}")[0], state="up")


def _lead_into_tunnel(networks: tuple[IpNetwork, ...]) -> None:
    """What stands behind the tunnel, and the way into it."""
    with IPRoute() as ip:
        for network in networks:
            family = AF_INET if network.version == 4 else AF_INET6
            ip.route("add", family=family, dst=str(network), type="blackhole", priority=65_000)
            ip.route("add", family=family, dst=str(network), oif=ip.link_lookup(ifname=TUNNEL_PORT)[0])


def _read(setting: str) -> str:
    return (ROOT / setting).read_text().strip()


def _write(setting: str, value: str) -> None:
    (ROOT / setting).write_text(value)

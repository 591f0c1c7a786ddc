"""Proxy neighbours: addresses of one segment for which the box answers on another (ip-neighbour(8), `proxy`)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from gateway.policy.model import FAMILIES
from gateway.proof.inventory.asking import listed
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, Theorem
from gateway.site.values import IpAddress


@dataclass(frozen=True, slots=True)
class Proxy:
    """The box answers on `port` for `address`."""

    address: IpAddress
    port: str


def read() -> tuple[Proxy, ...]:
    """Every proxy entry. Raises NotObserved."""
    return parse(one for family in FAMILIES for one in listed("ip", "-json", f"-{family}", "neigh", "show", "proxy"))


def parse(objects: Iterable[Mapping[str, Any]]) -> tuple[Proxy, ...]:
    """From `ip -json neigh show proxy`."""
    return tuple(Proxy(ip_address(str(one["dst"])), str(one.get("dev", ""))) for one in objects)


def judge(found: Iterable[Proxy], _site: Surroundings) -> Iterator[Finding]:
    """None is declared by any layout."""
    for proxy in found:
        yield Finding(
            "proxy neighbour",
            f"the box answers on {proxy.port} for {proxy.address}",
            "hosts there take the box for another: segments that only the rules may join look like one",
            f"remove it: ip neigh del proxy {proxy.address} dev {proxy.port}",
            Theorem.T7,
            Answer.DISPROVED,
        )

"""The wiring of a box as values, and the steps between two of them. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.site.values import Family, IpAddress, IpInterface, IpNetwork

LOCAL_TABLE = 255  # RT_TABLE_LOCAL, linux/rtnetlink.h
MAIN_TABLE = 254  # RT_TABLE_MAIN
DEFAULT_TABLE = 253  # RT_TABLE_DEFAULT


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """One routing rule (ip-rule(8)). It ends in `table`, in `goto` another priority, or in a blackhole when both are 0.

    `unmarked` is the mask whose bits must all be clear in the packet's mark; 0 matches every mark.
    """

    family: Family
    priority: int
    iif: str = ""
    protocol: int = 0
    unmarked: int = 0
    table: int = 0
    goto: int = 0
    asks_more: bool = False
    """Whether it has conditions beyond these. None of ours has."""

    def __str__(self) -> str:
        match = [f"iif {self.iif}" if self.iif else "", f"ipproto {self.protocol}" if self.protocol else ""]
        match.append(f"fwmark 0/{self.unmarked:#x}" if self.unmarked else "")
        match.append("(and more conditions)" if self.asks_more else "")
        end = f"lookup {self.table}" if self.table else f"goto {self.goto}" if self.goto else "blackhole"
        return " ".join(word for word in (f"ipv{self.family} rule {self.priority}:", *match, end) if word)


@dataclass(frozen=True, slots=True)
class Vlan:
    """One VLAN of a trunk port as a link of its own (IEEE 802.1Q)."""

    name: str
    trunk: str
    number: int

    def __str__(self) -> str:
        return f"link {self.name}: vlan {self.number} of {self.trunk}"


@dataclass(frozen=True, slots=True)
class Address:
    port: str
    address: IpInterface

    def __str__(self) -> str:
        return f"address {self.address} on {self.port}"


@dataclass(frozen=True, slots=True)
class DefaultRoute:
    port: str
    via: IpAddress

    def __str__(self) -> str:
        return f"default route via {self.via} on {self.port}"


@dataclass(frozen=True, slots=True)
class Route:
    """Any other route of the main table that somebody made; no site file declares one. Without `port`: by several."""

    port: str
    network: IpNetwork
    via: IpAddress | None = None
    metric: int = 0

    def __str__(self) -> str:
        words = [f"route to {self.network}", f"via {self.via}" if self.via else ""]
        words += [f"on {self.port}" if self.port else "", f"metric {self.metric}" if self.metric else ""]
        return " ".join(filter(None, words))


@dataclass(frozen=True, slots=True)
class Sysctl:
    """A kernel setting by its path under /proc/sys (an interface name may hold dots)."""

    path: str
    value: str

    def __str__(self) -> str:
        return f"{self.path} = {self.value}"


@dataclass(frozen=True, slots=True)
class Up:
    """A port that is administratively up."""

    port: str

    def __str__(self) -> str:
        return f"port {self.port} up"


@dataclass(frozen=True, slots=True)
class Assigned:
    """Addresses of `family` on `port` are the line's to give and to take; `host` narrows it to /64s with that host part.

    Who keeps them is systemd-networkd. They are neither made nor removed here.
    """

    port: str
    family: Family
    host: int | None = None


Item = Vlan | Rule | Up | Address | DefaultRoute | Route | Sysctl


@dataclass(frozen=True, slots=True)
class Dialled:
    """A port that is there while the line is up: it comes and goes in the middle of anything, and its absence is no mistake."""

    port: str
    routes: tuple[Route, ...]
    sysctls: tuple[Sysctl, ...]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a box has, or should have. Items are unique; their order is the order in which they can be made."""

    vlans: tuple[Vlan, ...] = ()
    rules: tuple[Rule, ...] = ()
    up: tuple[Up, ...] = ()
    addresses: tuple[Address, ...] = ()
    routes: tuple[DefaultRoute | Route, ...] = ()
    sysctls: tuple[Sysctl, ...] = ()
    assigned: tuple[Assigned, ...] = ()
    """What is left to the line. No item: nothing is made of it."""
    spoken_for: tuple[IpNetwork, ...] = ()
    """Networks that have their place: whatever a line gives among them is a stranger's all the same."""
    dialled: tuple[Dialled, ...] = ()
    """What stands on ports that a program makes. Until `gateway.wiring.part.present` finds one there it is left alone."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step: make `item` so, or take it away."""

    item: Item
    add: bool = True

    def __str__(self) -> str:
        return f"{'+' if self.add else '-'} {self.item}"


def difference(wanted: Wiring, found: Wiring) -> tuple[Change, ...]:
    """The steps from `found` to `wanted`, in an order that never opens anything in between.

    The guard's rules come first, and the kernel's own catch-all lookup goes last among them. A VLAN is made before anything
    that needs its link; one that is too many goes first of all, for a trunk has each number once. Settings come before
    addresses (`promote_secondaries` decides what the end of an address takes along), and an address goes only after the
    new ones stand.
    """
    return tuple(_steps(wanted, found))


def _steps(wanted: Wiring, found: Wiring) -> Iterator[Change]:
    yield from _exchange(wanted.rules, found.rules)
    yield from (Change(item, add=False) for item in found.vlans if item not in wanted.vlans)
    yield from (Change(item) for item in wanted.vlans if item not in found.vlans)
    yield from _exchange(wanted.up, found.up)
    yield from (Change(item) for item in wanted.sysctls if item not in found.sysctls)
    yield from _exchange(wanted.addresses, found.addresses)
    # Two default routes of one metric cannot stand side by side: here the old one must go first.
    yield from (Change(item, add=False) for item in found.routes if item not in wanted.routes)
    yield from (Change(item) for item in wanted.routes if item not in found.routes)


def _exchange(wanted: Iterable[Item], found: Iterable[Item]) -> Iterator[Change]:
    mine, theirs = tuple(wanted), tuple(found)
    yield from (Change(item) for item in mine if item not in theirs)
    yield from (Change(item, add=False) for item in theirs if item not in mine)

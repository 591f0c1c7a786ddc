"""What a box is to have of its tunnel, as values. No secret is ever one of them: credentials are the files' names."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from gateway.policy.places import TUNNEL_IF_ID, TUNNEL_PORT, Carrier
from gateway.site.values import IpAddress, IpInterface, IpNetwork

ROUTE_METRIC = 100
BLACKHOLE_METRIC = 65_000
"""Behind every route to a protected network, and behind what networkd (1024) and the kernel give theirs."""


@dataclass(frozen=True, slots=True)
class Link:
    """The interface of the zone tunnel. As XFRM we make it; as TUN charon's kernel-libipsec does, and it dies with charon."""

    mtu: int
    """The largest packet in it, bytes."""
    addresses: tuple[IpInterface, ...] = ()
    """The site's own addresses inside the tunnel; a virtual one comes from the provider and is charon's to set."""
    carrier: Carrier = Carrier.XFRM
    if_id: int = TUNNEL_IF_ID
    name: str = TUNNEL_PORT

    def __str__(self) -> str:
        return f"interface {self.name} ({self.carrier}), MTU {self.mtu}"


class Way(StrEnum):
    """Where a route leads."""

    TUNNEL = "tunnel"
    BLACKHOLE = "blackhole"
    """Behind the tunnel's: without the tunnel there is no way (C17)."""


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """A route of the main table to a protected network."""

    network: IpNetwork
    way: Way

    @property
    def metric(self) -> int:
        """Smaller wins."""
        return ROUTE_METRIC if self.way is Way.TUNNEL else BLACKHOLE_METRIC

    def __str__(self) -> str:
        return (
            f"route to {self.network} into {TUNNEL_PORT}" if self.way is Way.TUNNEL else f"blackhole for {self.network}"
        )


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where the site's certificate, its private key, and the authority of the provider's certificate are; PEM."""

    certificate: str
    key: str
    ca: str


@dataclass(frozen=True, slots=True)
class PskFile:
    """Where the pre-shared key is."""

    psk: str


@dataclass(frozen=True, slots=True)
class Child:
    """One pair of networks that IPsec protects, as RFC 7296 §2.9 calls its traffic selectors."""

    local: tuple[IpNetwork, ...]
    """What lies behind this box; the virtual address beside it where there is one."""
    remote: tuple[IpNetwork, ...]


@dataclass(frozen=True, slots=True)
class Connection:
    """One provider's gateway, and how it is reached. Times are seconds; 0 means never."""

    name: str
    """The provider's name in the site file."""
    address: IpAddress
    version: int
    local_id: str
    """Empty: the certificate's subject, or this box's address."""
    remote_id: str
    credentials: CertificateFiles | PskFile
    ike_proposals: tuple[str, ...]
    esp_proposals: tuple[str, ...]
    ike_rekey_s: int
    esp_rekey_s: int
    reauthenticate_s: int
    dpd_s: int
    mobike: bool
    force_encapsulation: bool
    fragmentation: bool
    virtual_address: bool
    """Whether the provider hands out the IPv4 address inside the tunnel."""
    networks: tuple[IpNetwork, ...]
    """What lies behind the provider, in one order whatever the site file's."""
    children: tuple[Child, ...]
    """One; for version 1 one for each pair, since it knows no more (RFC 2409 §5.5)."""
    allowed_weak: tuple[str, ...] = ()
    """Weak algorithms the site allows, for a warning."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """Everything one site asks for."""

    link: Link
    routes: tuple[Route, ...]
    """The blackholes first: they are made before anything else."""
    connections: tuple[Connection, ...]
    """In order of priority."""

    @property
    def ways(self) -> tuple[tuple[Connection, ...], ...]:
        """Connections that lead to the same networks and stand in for each other, the preferred one first."""
        in_order = sorted(self.connections, key=lambda one: tuple(map(str, one.networks)))  # stable: priority is kept
        return tuple(tuple(group) for _, group in groupby(in_order, key=lambda one: one.networks))

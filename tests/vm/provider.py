"""The provider at the other end of the machine's line: a real charon and, behind it, the systems."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pyroute2 import IPRoute

from gateway.policy.places import inside, protected
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.values import Family, IpAddress, IpNetwork
from gateway.tunnel.compile import desired
from gateway.tunnel.model import Connection
from gateway.twin.charon import Charon
from gateway.twin.far_end import FarEnd, Trust
from tests.vm.image import Disk
from tests.vm.wires import Neighbour

CREDENTIALS = "/etc/claim-gateway/credentials"
INSIDE = (Zone.LAN, Zone.CLAIM, Zone.QUALIFICATION)


@dataclass(frozen=True, slots=True)
class Provider:
    """It stands in the neighbour at the line."""

    site: Site
    trust: Trust
    home: Path

    @property
    def connection(self) -> Connection:
        """What it was agreed with it."""
        wanted = desired(self.site)
        assert wanted is not None
        return wanted.connections[0]

    @property
    def systems(self) -> tuple[IpAddress, ...]:
        """A host of each network behind it."""
        declared = (self.site.claim_system, self.site.qualification_system)
        networks: list[IpNetwork] = [network for system in declared if system for network in system.networks]
        return tuple(network[1] for network in networks)

    @property
    def hidden(self) -> tuple[IpNetwork, ...]:
        """What nobody on the line may read of."""
        return (*protected(self.site), *(network for zone in INSIDE for network in inside(self.site, zone)))

    def claim_system(self, family: Family) -> IpAddress:
        """Where the claim system answers."""
        return next(system for system in self.systems if system.version == family)

    def give_credentials(self, kept: Disk) -> None:
        """What was handed over under contract, onto a machine that is off."""
        self.trust.write((self.connection,), self.home)
        for file in (self.home / "credentials").iterdir():
            kept.write(f"{CREDENTIALS}/{file.name}", file.read_bytes(), 0o600)

    @contextmanager
    def standing(self, there: Neighbour) -> Iterator[Charon]:
        """Answer in this namespace."""
        there.call(_stand_for, (self.connection.address, *self.systems))
        with Charon(self.home / "charon", namespace=there.name) as charon:
            far = FarEnd(charon, there, self.trust)
            far.offer(self.connection)
            far.lead_back(*(network for child in self.connection.children for network in child.local))
            yield charon


def provider(site: Site, home: Path) -> Provider:
    """One that knows this site."""
    return Provider(site, Trust.made(), home)


def _stand_for(addresses: Sequence[IpAddress]) -> None:
    with IPRoute() as ip:
        for address in addresses:
            ip.addr("add", index=1, address=str(address), prefixlen=address.max_prefixlen)

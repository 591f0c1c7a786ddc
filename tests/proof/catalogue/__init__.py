"""Changes somebody else, or a mistake, could make; and which theorem must be the one to say so.

A change that alters nothing a theorem speaks of is listed with its reason instead.
"""

from collections.abc import Iterator

from gateway.proof.interfaces import interfaces
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Site
from tests.proof.catalogue.foreign_tables import foreign_tables
from tests.proof.catalogue.guards import guards
from tests.proof.catalogue.mutation import Mutation
from tests.proof.catalogue.not_understood import not_understood
from tests.proof.catalogue.own_chains import own_chains
from tests.proof.catalogue.own_sets import own_sets
from tests.proof.catalogue.towards_lan import towards_lan
from tests.proof.catalogue.tunnel import tunnel

__all__ = ["Mutation", "catalogue"]


def catalogue(site: Site) -> Iterator[Mutation]:
    """Every change, for the zones of this site."""
    ports = interfaces(site)
    terminal = next(zone for zone in TERMINAL_ZONES if zone in ports)
    if Zone.LAN in ports:
        yield from towards_lan(ports, terminal)
    yield from own_chains(ports, terminal)
    yield from own_sets()
    if Zone.TUNNEL in ports:
        yield from tunnel(ports)
    yield from foreign_tables(ports, terminal)
    yield from not_understood()
    yield from guards(ports, terminal)

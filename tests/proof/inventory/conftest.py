"""One box for each file of this folder; every test takes back what it changes."""

from collections.abc import Iterator

import pytest

from gateway.site.model import Site
from tests.proof.inventory.box import Box, boxed


@pytest.fixture(scope="module")
def box(site: Site) -> Iterator[Box]:
    """The box of configs/ip-vpn-claim.yaml: eth1 lan, eth2 claim, eth0 wan."""
    with boxed(site) as made:
        yield made

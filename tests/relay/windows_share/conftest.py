"""One LAN for all tests of the share, and a share for each module or test that asks."""

from collections.abc import Iterator

import pytest

from tests.relay.windows_share.scene import Network, ShareBox, network, place


@pytest.fixture(scope="module")
def lan() -> Iterator[Network]:
    with network() as made:
        yield made


@pytest.fixture(scope="module")
def share(lan: Network) -> Iterator[ShareBox]:
    """A share for the tests of one module; they use names of their own."""
    with place() as here, ShareBox(here, lan) as box:
        yield box


@pytest.fixture
def own_share(lan: Network) -> Iterator[ShareBox]:
    """A share for one test, which may break it. Not beside `share`: both want the same addresses."""
    with place() as here, ShareBox(here, lan) as box:
        yield box

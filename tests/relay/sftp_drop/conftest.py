"""One drop server for the tests that break nothing; they use names of their own. The terminal is away: what comes in stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.claims.synthetic import big_claim_file
from tests.relay.sftp_drop.rig import Drop


@pytest.fixture(scope="session")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drop]:
    with Drop(tmp_path_factory.mktemp("drop")) as running:
        yield running


@pytest.fixture
def claim(tmp_path: Path) -> Path:
    """A file that is no claim anybody else put in."""
    file = tmp_path / "RECEIPTC.UKE"
    file.write_bytes(big_claim_file(60_000 + hash(str(tmp_path)) % 5_000))
    return file

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.enforcer.transaction import desire
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.twin.relay_process import RelayProcess, RelayProcessError
from gateway.twin.samples import DEMO_SITE

pytestmark = pytest.mark.root


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        built.apply(desire(site))
        yield built


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    (folder / "terminal").write_text("password")
    (folder / "terminal").chmod(0o600)
    return folder


def test_it_becomes_ready_without_a_terminal_and_stops_when_asked(
    twin: Twin, tmp_path: Path, credentials: Path
) -> None:
    with RelayProcess(twin.gateway, DEMO_SITE, tmp_path, credentials) as relay:
        relay.check()
        assert (relay.state / "relay" / "ledger.sqlite3").exists()
        relay.stop()
        with pytest.raises(RelayProcessError):
            relay.check()


def test_one_that_cannot_start_says_why(twin: Twin, tmp_path: Path, credentials: Path) -> None:
    (credentials / "terminal").unlink()
    with pytest.raises(RelayProcessError, match="terminal"):
        RelayProcess(twin.gateway, DEMO_SITE, tmp_path, credentials).start()

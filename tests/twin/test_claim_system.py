from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from gateway.enforcer.transaction import desire
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin import claim_system
from gateway.twin.build import Twin
from gateway.twin.claim_system import ClaimSystem

pytestmark = pytest.mark.root

V4, V6 = ip_address("203.0.113.1"), ip_address("2001:db8:c::1")


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        built.apply(desire(site))
        yield built


def test_the_terminal_is_seen_translated_in_ipv4_and_as_itself_in_ipv6(twin: Twin, tmp_path: Path) -> None:
    terminal = twin.namespace(twin.at(Zone.CLAIM).name)
    with ClaimSystem(twin.namespace("provider"), (V4, V6), tmp_path) as system:
        assert system.ask(terminal, V4) == ip_address("198.51.100.2")
        assert system.ask(terminal, V6) == ip_address("2001:db8:20::10")


def test_the_receipt_pc_cannot_reach_it(twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_system, "ANSWER_TIMEOUT_S", 0.3)
    with ClaimSystem(twin.namespace("provider"), (V4,), tmp_path) as system, pytest.raises(OSError, match="timed out"):
        system.ask(twin.namespace("pc0"), V4)


def test_its_key_is_its_own(twin: Twin, tmp_path: Path) -> None:
    with ClaimSystem(twin.namespace("provider"), (V4,), tmp_path):
        assert (tmp_path / "claim-system.key").stat().st_mode & 0o077 == 0

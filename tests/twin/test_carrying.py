"""A claim file through the real relay, on a bad day: a flipped byte, a killed relay, a terminal that is off."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.enforcer.transaction import desire
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin import carrying
from gateway.twin.build import Twin
from gateway.twin.carrying import Carrier, CarryingError
from gateway.twin.relay_process import RelayProcess
from gateway.twin.samples import CLAIM_FILE, DEMO_SITE, RETURN_FILE, RETURN_NAME
from gateway.twin.smbd import Smbd

pytestmark = pytest.mark.root


@pytest.fixture
def carrier(site: Site, tmp_path: Path) -> Iterator[Carrier]:
    assert site.relay is not None
    password = secrets.token_urlsafe()
    credentials = tmp_path / "credentials"
    credentials.mkdir(mode=0o700)
    (credentials / "terminal").touch(mode=0o600)
    (credentials / "terminal").write_text(password)
    with ExitStack() as stack:
        twin = stack.enter_context(Twin(site))
        twin.apply(desire(site))
        terminal = twin.at(Zone.CLAIM)
        smbd = stack.enter_context(
            Smbd(
                tmp_path / "terminal",
                user="relay",
                password=password,
                addresses=("192.168.20.10",),
                namespace=twin.namespace(terminal.name).name,
            )
        )
        relay = stack.enter_context(RelayProcess(twin.gateway, DEMO_SITE, tmp_path, credentials))
        yield Carrier(relay, smbd, site.relay.terminal)


def test_a_claim_goes_and_a_return_comes_back(carrier: Carrier) -> None:
    claim = carrier.claim(CLAIM_FILE)
    assert claim.identical
    assert claim.arrived_as.startswith("2021-11/社保/01回目_")
    assert [state for state, _ in claim.steps][-1] == "noted"
    returned = carrier.returned(RETURN_NAME, RETURN_FILE)
    assert returned.identical


def test_a_relay_that_is_down_is_said(carrier: Carrier) -> None:
    carrier.relay.kill()
    with pytest.raises(Exception, match="the relay ended"):
        carrier.claim(CLAIM_FILE)


def test_a_terminal_that_is_off_is_said_and_the_file_goes_when_it_is_on(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier.terminal.kill()
    monkeypatch.setattr(carrying, "ARRIVAL_TIMEOUT_S", 2.0)
    with pytest.raises(CarryingError, match=r"the claim file did not arrive within 2 s: it is \w+"):
        carrier.claim(CLAIM_FILE)

from dataclasses import replace

import pytest

from gateway.policy.derive import derive
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin.rehearsal import rehearse
from gateway.twin.samples import DEMO_SITE

pytestmark = pytest.mark.root


def quietly(_step: str) -> None:
    """No progress."""


def test_steps_are_told_in_order_and_timed(site: Site) -> None:
    told: list[str] = []
    result = rehearse(site, DEMO_SITE, told.append)
    assert result.ok
    assert told == [name for name, _ in result.steps]
    assert told[0] == "build the twin"
    assert told[-1] == "bring a return file back"


def test_a_gateway_that_is_wrong_is_given_no_file(site: Site) -> None:
    policy = derive(site)
    share = policy.flows[0]
    back = replace(
        share, id="back", origin=Zone.CLAIM, target=Zone.LAN, sources=share.destinations, destinations=share.sources
    )
    result = rehearse(site, DEMO_SITE, quietly, policy=replace(policy, flows=(*policy.flows, back)))
    assert not result.ok
    assert {(row.session.origin, row.session.target, row.service) for row in result.wrong} == {
        (Zone.CLAIM, Zone.LAN, "tcp 445")
    }
    assert (result.sessions, result.files) == ([], [])


def test_a_claim_system_that_sees_an_untranslated_terminal_is_wrong(site: Site) -> None:
    policy = replace(derive(site), translations=())
    result = rehearse(site, DEMO_SITE, quietly, policy=policy)
    assert result.matrix
    assert not result.wrong
    assert [session.right for session in result.sessions][:2] == [False, True]
    assert not result.ok

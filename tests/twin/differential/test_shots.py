from collections import Counter

import pytest

from gateway.policy.derive import derive
from gateway.policy.model import FAMILIES
from gateway.site.layout import Layout, Zone
from gateway.site.model import Site
from gateway.site.values import Family
from gateway.twin.differential.shot import Standing
from gateway.twin.differential.shots import Shots
from gateway.twin.differential.terrain import terrain
from tests.policy.sites import site_of


def supply(site: Site, family: Family, seed: int = 1) -> Shots:
    policy = derive(site)
    return Shots(policy, terrain(site, policy), family, seed)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_gives_the_same_packets(site: Site, family: Family) -> None:
    assert supply(site, family).batch(200) == supply(site, family).batch(200)
    assert supply(site, family).batch(200) != supply(site, family, seed=2).batch(200)


@pytest.mark.parametrize("family", FAMILIES)
def test_packets_of_one_volley_share_no_session_but_a_question_and_its_answer(site: Site, family: Family) -> None:
    volley = supply(site, family).batch(512)
    sessions = Counter(
        (shot.session_protocol, frozenset({one, two}), near, far)
        for shot in volley
        for one, two, near, far in [shot.initiator_first]
        if shot.standing is not Standing.ASKED
    )
    assert set(sessions.values()) == {1}
    for shot, before in zip(volley[1:], volley, strict=False):
        if shot.standing is Standing.ASKED:
            assert (before.source, before.sport) == (shot.destination, shot.dport)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_standing_and_protocol_is_among_them(site: Site, family: Family) -> None:
    volley = supply(site, family).batch(2000)
    assert {shot.standing for shot in volley} == set(Standing)
    assert {shot.protocol for shot in volley} == {6, 17, 47, 50, 1 if family == 4 else 58}
    assert any(shot.quoted for shot in volley)
    assert {shot.family for shot in volley} == {family}
    assert all(shot.source.version == shot.destination.version == family for shot in volley)


def test_nobodys_packet_is_the_answer_to_anothers_masqueraded_question() -> None:
    site = site_of(Layout.IP_VPN_CLAIM)
    policy = derive(site)
    ground = terrain(site, policy)
    shots = [shot for shot in Shots(policy, ground, 4, 1).batch(2000) if shot.standing is Standing.NOTHING]
    asked = {
        (shot.protocol, hidden, shot.sport, shot.destination, shot.dport)
        for shot in shots
        if (hidden := ground.hidden_behind(shot.source, ground.way(shot.destination) or Zone.LAN))
    }
    answered = {(shot.protocol, shot.destination, shot.dport, shot.source, shot.sport) for shot in shots}
    assert asked
    assert not asked & answered

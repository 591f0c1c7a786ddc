from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

import pytest

from gateway.policy.derive import derive
from gateway.policy.model import Granted, Policy, Protocol, Session
from gateway.report.nearest import LISTED_MAX, Difference, nearest, nearest_text
from gateway.site.layout import Layout, Zone
from gateway.site.model import Site

NONE_OPEN: frozenset[str] = frozenset()


@pytest.fixture
def policy(site: Site) -> Policy:
    return derive(site)


def session(origin: str, source: str, target: str, destination: str, port: int = 445) -> Session:
    return Session(Zone(origin), Zone(target), ip_address(source), ip_address(destination), Protocol.TCP, port)


@pytest.mark.parametrize(
    ("asked", "flow", "differs"),
    [
        (session("lan", "192.168.10.21", "claim", "192.168.20.10", 22), "lan-claim-share", [Difference.SERVICE]),
        (session("claim", "192.168.20.10", "lan", "192.168.10.21"), "lan-claim-share", [Difference.DIRECTION]),
        (
            session("lan", "192.168.10.9", "claim", "192.168.20.9"),
            "lan-claim-share",
            [Difference.SOURCE, Difference.DESTINATION],
        ),
        (session("gateway", "2001:db8:20::1", "claim", "2001:db8:20::10"), "gateway-claim-share", [Difference.FAMILY]),
    ],
)
def test_what_would_have_to_be_otherwise(policy: Policy, asked: Session, flow: str, differs: list[Difference]) -> None:
    found = nearest(policy, asked, NONE_OPEN)

    assert found
    assert (found.flow.id, list(found.differs)) == (flow, differs)


def test_nothing_between_two_zones_is_nothing(policy: Policy) -> None:
    assert nearest(policy, session("lan", "192.168.10.21", "wan", "203.0.113.1"), NONE_OPEN) is None


def test_waiting_is_nearer_than_another_port(policy: Policy) -> None:
    share = policy.flows[0]
    later = replace(share, id="later", when=Granted("later", timedelta(hours=1)))
    other = replace(share, id="other", services=())

    found = nearest(
        replace(policy, flows=(other, later)), session("lan", "192.168.10.21", "claim", "192.168.20.10"), NONE_OPEN
    )

    assert found
    assert found.flow.id == "later"
    assert found.only_closed


def test_long_lists_are_cut(policy: Policy) -> None:
    hosts = tuple(network for flow in policy.flows for network in (*flow.sources, *flow.destinations))
    wide = replace(policy.flows[0], sources=hosts * LISTED_MAX)
    asked = session("lan", "192.168.10.21", "claim", "192.168.20.10", 22)
    found = nearest(replace(policy, flows=(wide,)), asked, NONE_OPEN)

    assert found
    assert " | +" in nearest_text(found, asked, Layout.IP_VPN_CLAIM, "en")


def test_both_languages_say_what_differs(policy: Policy) -> None:
    asked = session("claim", "192.168.20.10", "lan", "192.168.10.21")
    found = nearest(policy, asked, NONE_OPEN)

    assert found
    assert nearest_text(found, asked, Layout.IP_VPN_CLAIM, "en").endswith("it differs in: direction")
    assert nearest_text(found, asked, Layout.IP_VPN_CLAIM, "ja").endswith("違い: 向き")

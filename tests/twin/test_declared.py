from ipaddress import ip_address
from itertools import permutations, product

import pytest

from gateway.policy.derive import derive
from gateway.policy.places import own
from gateway.policy.model import FAMILIES, Protocol, Session, verdict
from gateway.site.layout import Zone
from gateway.site.model import Management, Relay, Site
from gateway.twin.declared import declared
from gateway.twin.plan import hosts
from gateway.twin.probe import SERVICES

ZONES = (Zone.LAN, Zone.CLAIM, Zone.WAN, Zone.GATEWAY)


def variants(site: Site) -> dict[str, Site]:
    assert site.relay is not None
    management = Management.model_validate({"from": ["192.168.10.21"], "ssh": True, "dns": ["203.0.113.1"]})
    drop = Relay.model_validate(site.relay.model_dump() | {"drop": {"smb": True, "sftp": {"port": 22}}})
    return {
        "sample": site,
        "no shared folder": site.model_copy(update={"lan_to_terminal": "none"}),
        "no relay": site.model_copy(update={"relay": None}),
        "managed": site.model_copy(update={"management": management}),
        "drop servers": site.model_copy(update={"relay": drop}),
    }


@pytest.mark.parametrize("variant", ["sample", "no shared folder", "no relay", "managed", "drop servers"])
def test_the_policy_says_what_the_declaration_says(site: Site, variant: str) -> None:
    """Two readings of one site file, written apart: they agree on every probe of every pair."""
    changed = variants(site)[variant]
    policy = derive(changed)
    found = {host.zone: host for host in hosts(changed)}
    for (origin, target), family, service in product(permutations(ZONES, 2), FAMILIES, SERVICES):
        source = (
            found[origin].address(family)
            if origin in found
            else own(changed, target)[0 if family == 4 else -1].network_address
        )
        destination = (
            found[target].address(family)
            if target in found
            else own(changed, origin)[0 if family == 4 else -1].network_address
        )
        assert source is not None
        assert destination is not None
        session = Session(origin, target, source, destination, *service)
        assert declared(changed, session) == (verdict(policy, session) is not None), session


NOWHERE = ip_address("192.0.2.1")


def test_a_terminal_never_starts_anything_inwards(site: Site) -> None:
    for target, service in product((Zone.LAN, Zone.GATEWAY), SERVICES):
        assert not declared(site, Session(Zone.CLAIM, target, NOWHERE, ip_address("192.168.10.21"), *service))


def test_the_line_never_starts_anything(site: Site) -> None:
    for target, service in product((Zone.LAN, Zone.CLAIM, Zone.GATEWAY), SERVICES):
        assert not declared(site, Session(Zone.WAN, target, NOWHERE, ip_address("192.168.20.10"), *service))


def test_echo_is_declared_nowhere(site: Site) -> None:
    for origin, target in permutations(ZONES, 2):
        echo = Session(origin, target, NOWHERE, ip_address("192.168.20.10"), Protocol.ICMP_ECHO, None)
        assert not declared(site, echo)

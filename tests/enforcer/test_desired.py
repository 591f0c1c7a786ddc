from gateway.enforcer.desired import desire, terminal_ports
from gateway.policy.derive import derive
from gateway.site.layout import Layout
from gateway.site.model import Site
from tests.policy.sites import site_of


def test_desire_is_pure_and_the_same_twice(site: Site) -> None:
    assert desire(site) == desire(site)


def test_another_policy_may_stand_in(site: Site) -> None:
    other = derive(site_of(Layout.IP_VPN_CLAIM))
    assert desire(site, other).policy == other


def test_the_barrier_knows_every_port_with_terminals() -> None:
    assert terminal_ports(site_of(Layout.IP_VPN_BOTH)) == ("eth2", "eth3")

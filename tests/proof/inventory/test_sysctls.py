import pytest

from gateway.proof.inventory.sysctls import judge
from gateway.proof.model import Answer, Theorem
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root


@pytest.mark.parametrize(
    ("setting", "value", "theorem"),
    [
        ("ipv4/conf/eth2/proxy_arp", "1", Theorem.T7),
        ("ipv4/conf/all/proxy_arp", "1", Theorem.T7),
        ("ipv4/conf/eth2/proxy_arp_pvlan", "1", Theorem.T7),
        ("ipv6/conf/eth2/proxy_ndp", "1", Theorem.T7),
        ("ipv4/conf/eth2/arp_ignore", "0", Theorem.T7),
        ("ipv4/conf/eth2/accept_local", "1", Theorem.T7),
        ("ipv4/conf/eth2/route_localnet", "1", Theorem.T7),
        ("ipv4/conf/eth2/accept_source_route", "1", Theorem.T7),
        ("ipv6/conf/eth2/accept_source_route", "1", Theorem.T7),
        ("ipv6/conf/eth2/seg6_enabled", "1", Theorem.T7),
        ("ipv4/conf/eth2/accept_redirects", "1", Theorem.T7),
        ("ipv6/conf/eth2/accept_redirects", "1", Theorem.T7),
        ("ipv4/conf/eth2/send_redirects", "1", Theorem.T7),
        ("ipv6/conf/eth2/accept_ra", "2", Theorem.T7),
        ("ipv4/conf/eth2/bc_forwarding", "1", Theorem.T4),
        ("netfilter/nf_conntrack_tcp_loose", "1", Theorem.T3),
        ("netfilter/nf_conntrack_tcp_be_liberal", "1", Theorem.T3),
        ("ipv4/conf/eth1/forwarding", "0", Theorem.T5),
    ],
)
def test_a_setting_that_somebody_turned_is_seen(box: Box, setting: str, value: str, theorem: Theorem) -> None:
    with box.set(setting, value):
        assert box.found() == {("kernel setting", theorem, Answer.DISPROVED)}


def test_a_filter_that_carries_no_mark_drops_everything(box: Box) -> None:
    with box.set("ipv4/conf/all/src_valid_mark", "0"), box.set("ipv4/conf/eth2/src_valid_mark", "0"):
        assert box.found() == {("kernel setting", Theorem.T5, Answer.DISPROVED)}


def test_a_kernel_without_a_setting_has_nothing_to_get_wrong(box: Box) -> None:
    assert list(judge({}, box.surroundings)) == []

from pathlib import Path

import pytest

from gateway.enforcer.change import Change, ChangeKind
from gateway.enforcer.watch.netconf import parse
from gateway.firewall.nft import Nft
from gateway.twin.namespace import Namespace
from tests.enforcer.watch.seen import told

SETTINGS = {
    "ipv4/ip_forward": "ipv4 of all: forwarding 1",
    "ipv6/conf/all/forwarding": "ipv6 of all: forwarding 1",
    "ipv4/conf/lo/rp_filter": "ipv4 of link 1: rp_filter 2",
    "ipv4/conf/lo/proxy_arp": "ipv4 of link 1: proxy 1",
    "ipv6/conf/lo/proxy_ndp": "ipv6 of link 1: proxy 1",
}


@pytest.mark.root
@pytest.mark.parametrize(("path", "what"), SETTINGS.items(), ids=SETTINGS)
def test_a_setting_that_is_flipped_is_told(namespace: Namespace, path: str, what: str) -> None:
    def act(_: Nft) -> None:
        (Path("/proc/sys/net") / path).write_text(what[-1])

    seen = told(namespace, act, lambda seen: what in [one.what for one in seen])

    assert Change(ChangeKind.SETTING, None, what) in seen


@pytest.mark.parametrize("length", range(0, 36, 5))
def test_a_datagram_that_is_cut_off_tells_nothing(length: int) -> None:
    whole = bytes.fromhex("24000000 50000000 00000000 00000000 02000000 08000100ffffffff 0800020000000000")

    assert [one.what for one in parse(whole)] == ["ipv4 of all: forwarding 0"]
    assert list(parse(whole[:length])) == []

from gateway.proof.interfaces import NONE, Names, interfaces
from gateway.site.layout import Zone
from gateway.site.model import Site
from tests.policy.sites import site_on_a_line


def test_every_zone_has_its_port(site: Site) -> None:
    assert interfaces(site) == {Zone.LAN: "eth1", Zone.CLAIM: "eth2", Zone.WAN: "eth0"}


def test_somebody_nobody_mentions_is_among_the_names() -> None:
    names = Names(("eth0", "eth*", "eth1*"))
    assert names.names[0] == NONE
    fresh = set(names.names) - {NONE, "lo", "eth0"}
    assert len([name for name in fresh if name.startswith("eth") and not name.startswith("eth1")]) == 1
    assert len([name for name in fresh if name.startswith("eth1")]) == 1
    assert len([name for name in fresh if not name.startswith("eth")]) == 1


def test_a_wildcard_stands_for_all_it_covers_and_never_for_no_interface() -> None:
    names = Names(("eth0", "eth*", "wlan0"))
    assert {names.names[at] for at in names.numbers("eth*")} >= {"eth0"}
    assert NONE not in {names.names[at] for at in names.numbers("*")}
    assert names.numbers("unheard") == ()


def test_a_dialled_line_is_its_own_interface_and_not_the_port_beneath() -> None:
    site = site_on_a_line({"pppoe": {"user": "clinic@isp.example", "password_file": "credentials/line"}})
    assert interfaces(site) == {Zone.LAN: "eth1", Zone.CLAIM: "eth2", Zone.WAN: "ppp-wan"}

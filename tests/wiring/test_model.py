from ipaddress import ip_address, ip_interface

from gateway.wiring.guard import guard_rules
from gateway.wiring.model import LOCAL_TABLE, Address, Change, DefaultRoute, Rule, Sysctl, Up, Vlan, Wiring, difference

OLD, NEW = (Address("eth1", ip_interface(text)) for text in ("192.168.10.9/24", "192.168.10.1/24"))


def test_equal_wirings_need_nothing() -> None:
    wiring = Wiring(rules=guard_rules(), up=(Up("eth1"),), addresses=(NEW,), sysctls=(Sysctl("a", "1"),))
    assert difference(wiring, wiring) == ()


def test_the_old_address_goes_after_the_new_one_stands() -> None:
    assert difference(Wiring(addresses=(NEW,)), Wiring(addresses=(OLD,))) == (Change(NEW), Change(OLD, add=False))


def test_the_guard_stands_before_the_kernels_own_local_lookup_goes() -> None:
    kernel = tuple(Rule(family, 0, table=LOCAL_TABLE) for family in (4, 6))
    steps = difference(Wiring(rules=guard_rules()), Wiring(rules=kernel))
    assert steps == (*(Change(rule) for rule in guard_rules()), *(Change(rule, add=False) for rule in kernel))


def test_settings_are_never_taken_away() -> None:
    wanted = Wiring(up=(Up("eth1"),), sysctls=(Sysctl("net/ipv4/ip_forward", "1"),))
    found = Wiring(sysctls=(Sysctl("net/ipv4/ip_forward", "0"), Sysctl("other", "1")))
    assert [str(change) for change in difference(wanted, found)] == ["+ port eth1 up", "+ net/ipv4/ip_forward = 1"]


def test_changes_read_as_a_vendor_would_say_them() -> None:
    route = DefaultRoute("eth0", ip_address("198.51.100.1"))
    assert str(Change(route)) == "+ default route via 198.51.100.1 on eth0"
    assert str(Change(OLD, add=False)) == "- address 192.168.10.9/24 on eth1"
    assert str(Rule(4, 210, unmarked=0x40000000)) == "ipv4 rule 210: fwmark 0/0x40000000 blackhole"
    assert str(Rule(6, 10, iif="lo", goto=32000)) == "ipv6 rule 10: iif lo goto 32000"


def test_settings_come_before_addresses_go() -> None:
    steps = difference(Wiring(addresses=(NEW,), sysctls=(Sysctl("a", "1"),)), Wiring(addresses=(OLD,)))
    assert steps == (Change(Sysctl("a", "1")), Change(NEW), Change(OLD, add=False))


def test_a_vlan_stands_before_its_link_is_used_and_a_stranger_gives_up_its_number_first() -> None:
    mine, stranger = Vlan("eth0.10", "eth0", 10), Vlan("other", "eth0", 10)
    wanted = Wiring(vlans=(mine,), up=(Up("eth0.10"),), addresses=(Address("eth0.10", NEW.address),))
    steps = difference(wanted, Wiring(vlans=(stranger,)))
    assert [str(step) for step in steps] == [
        "- link other: vlan 10 of eth0",
        "+ link eth0.10: vlan 10 of eth0",
        "+ port eth0.10 up",
        "+ address 192.168.10.1/24 on eth0.10",
    ]

from typing import Any

from gateway.site.rules import ports

LAN, CLAIM = ("zones", "lan", "port"), ("zones", "claim", "port")
MAC = "02:00:5e:10:00:01"


def test_same_name(findings: Any) -> None:
    (found,) = findings(ports.each_port_once, {CLAIM: "eth1"})

    assert found.path == CLAIM
    assert "the port of lan" in found.text


def test_same_mac_in_other_letters(findings: Any) -> None:
    assert len(findings(ports.each_port_once, {LAN: {"mac": MAC}, CLAIM: {"mac": MAC.upper()}})) == 1


def test_vlans_share_a_port(findings: Any) -> None:
    assert not findings(ports.each_port_once, {LAN: {"port": "eth1", "vlan": 10}, CLAIM: {"port": "eth1", "vlan": 20}})
    assert not findings(ports.each_port_once, {CLAIM: {"port": "eth1", "vlan": 20}})


def test_same_vlan_twice_even_by_the_kernels_name(findings: Any) -> None:
    assert len(findings(ports.each_port_once, {LAN: {"port": "eth1", "vlan": 10}, CLAIM: "eth1.10"})) == 1


def test_vlan_name_too_long_for_the_kernel(findings: Any) -> None:
    name = "enp0s31f6abcd"

    (found,) = findings(ports.vlan_names_fit, {LAN: {"port": name, "vlan": 10}})
    assert "give the card a shorter name" in found.text
    assert not findings(ports.vlan_names_fit, {LAN: {"mac": MAC, "vlan": 10}})

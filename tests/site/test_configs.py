"""The samples under configs/: one a layout, every kind of site, every part of the site file shown at least once."""

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.cli.check import check
from gateway.site.layout import Layout, Role
from gateway.site.model import Site, StaticUplink, TerminalZone
from gateway.site.rules.networks import within
from gateway.site.values import IpNetwork

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))
NAMES = [path.name for path in CONFIGS]
DOCUMENTATION = [
    ip_network(prefix) for prefix in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
"""RFC 5737, RFC 3849."""


def site_in(path: Path) -> Site:
    checked = check(path)
    assert checked.site is not None, "\n".join(map(str, checked.mistakes))
    return checked.site


@pytest.mark.parametrize("path", CONFIGS, ids=NAMES)
def test_every_sample_passes_check(path: Path) -> None:
    assert [str(mistake) for mistake in check(path).mistakes] == []


@pytest.mark.parametrize("layout", Layout)
def test_every_layout_has_its_sample(layout: Layout) -> None:
    name = f"{layout.replace('/', '-').replace('+', '-and-')}.yaml"

    assert name in NAMES
    assert site_in(CONFIGS[NAMES.index(name)]).layout is layout


def test_every_other_kind_of_site_has_its_sample() -> None:
    by_name = {path.stem: site_in(path) for path in CONFIGS}

    assert by_name["after-hours"].access != "always"
    assert by_name["router-a-behind-existing"].roles == (Role.A,)
    assert (by_name["two-boxes-a"].roles, by_name["two-boxes-b"].roles) == ((Role.A,), (Role.B,))
    trunk = by_name["vlan-trunk"].zones
    assert all(zone and zone.port.vlan for zone in (trunk.lan, trunk.claim, trunk.qualification))


def test_the_two_boxes_are_one_site() -> None:
    a, b = (site_in(CONFIGS[NAMES.index(f"two-boxes-{letter}.yaml")]) for letter in "ab")

    assert (a.site, a.layout) == (b.site, b.layout)
    assert a.zones.claim
    assert b.zones.claim
    assert [one.address for one in a.zones.claim.terminals] == [one.address for one in b.zones.claim.terminals]
    assert {one.network for one in a.zones.claim.addresses} == {one.network for one in b.zones.claim.addresses}
    assert not {one.ip for one in a.zones.claim.addresses} & {one.ip for one in b.zones.claim.addresses}


SHOWN: dict[str, Callable[[Site], object]] = {
    "updates by network, with hours": lambda site: any(one.networks and one.hours for one in site.updates),
    "updates by name, with hours": lambda site: any(one.names and one.hours for one in site.updates),
    "updates through the tunnel": lambda site: any(one.via == "tunnel" for one in site.updates),
    "management": lambda site: site.management,
    "a grant": lambda site: site.grants,
    "several terminals": lambda site: site.zones.claim and len(site.zones.claim.terminals) > 1,
    "a prefix of receipt PCs": lambda site: any(
        network.num_addresses > 1
        for pc in (site.zones.lan.receipt_pcs if site.zones.lan else ())
        for network in pc.networks
    ),
    "a segment service": lambda site: site.zones.claim and site.zones.claim.serve,
    "lan on the Internet": lambda site: site.lan_internet,
    "no share for lan": lambda site: site.lan_to_terminal == "none",
    "a drop folder": lambda site: site.relay and site.relay.drop.smb,
    "a terminal reached over SFTP": lambda site: site.relay and site.relay.terminal.sftp,
    "antivirus on the way": lambda site: site.relay and site.relay.antivirus != "none",
    "a drop over SFTP": lambda site: site.relay and site.relay.drop.sftp,
    "a tunnel with certificates": lambda site: (
        site.tunnel and site.tunnel.ike and site.tunnel.ike.auth == "certificate"
    ),
    "a tunnel with a shared key": lambda site: site.tunnel and site.tunnel.ike and site.tunnel.ike.auth == "psk",
    "a tunnel held upstream": lambda site: site.tunnel and site.tunnel.held_by == "upstream",
    "a certificate's last day": lambda site: site.certificates,
}


@pytest.mark.parametrize("part", SHOWN)
def test_some_sample_shows(part: str) -> None:
    assert [path.name for path in CONFIGS if SHOWN[part](site_in(path))]


def outside(site: Site) -> Iterator[IpNetwork]:
    """Everything a site names beyond its own segments."""
    for system in (site.claim_system, site.qualification_system, *site.updates):
        yield from system.networks if system else ()
    for provider in site.tunnel.providers if site.tunnel else ():
        yield ip_network(provider.address)
        yield from provider.remote_networks
        yield from map(ip_network, provider.inner_addresses)
    if site.zones.wan and isinstance(site.zones.wan.uplink.static, StaticUplink):
        yield from (address.network for address in site.zones.wan.uplink.static.addresses)


@pytest.mark.parametrize("path", CONFIGS, ids=NAMES)
def test_nobody_real_is_named(path: Path) -> None:
    site = site_in(path)

    assert site.site.institution_code == "0000000"
    for network in outside(site):
        assert within(network, DOCUMENTATION)
    for zone in (site.zones.lan, site.zones.claim, site.zones.qualification):
        addresses = zone.addresses if zone else ()
        families = {address.version for address in addresses}
        assert (families | {6} if isinstance(zone, TerminalZone) and zone.ipv6 else families) in ({4, 6}, set())
        assert all(address.is_private for address in addresses)


@pytest.mark.parametrize("path", CONFIGS, ids=NAMES)
def test_every_sample_tells_a_vendor_why(path: Path) -> None:
    lines = path.read_text().splitlines()

    assert lines[0].startswith("# ")
    assert sum("# " in line for line in lines) >= 4

"""Random valid sites: any layout, any roles, one family or both, and any openings the layout may have.

What is drawn is the content of a site file, so a failing example can be read, and written out, as one.
"""

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from hypothesis import strategies as st

from gateway.policy.networks import merged
from gateway.site.layout import Layout, Line, Role, Zone
from gateway.site.model import Site
from gateway.site.rules import findings
from gateway.site.values import Family, IpNetwork

Draw = st.DrawFn
Table = dict[str, Any]

INSIDE: dict[Zone, dict[Family, IpNetwork]] = {
    Zone.LAN: {4: ip_network("192.168.10.0/24"), 6: ip_network("2001:db8:10::/64")},
    Zone.CLAIM: {4: ip_network("192.168.20.0/24"), 6: ip_network("2001:db8:20::/64")},
    Zone.QUALIFICATION: {4: ip_network("192.168.30.0/24"), 6: ip_network("2001:db8:30::/64")},
    Zone.WAN: {4: ip_network("198.51.100.0/29"), 6: ip_network("2001:db8:ff::/64")},
}
SYSTEMS: dict[Family, IpNetwork] = {4: ip_network("203.0.113.0/24"), 6: ip_network("2001:db8:c::/48")}
UPDATES: dict[Family, IpNetwork] = {4: ip_network("192.0.2.0/24"), 6: ip_network("2001:db8:d::/48")}
UPDATES_IN_TUNNEL: dict[Family, IpNetwork] = {4: ip_network("198.51.100.128/25"), 6: ip_network("2001:db8:e::/48")}
"""No network lies both behind the tunnel and on the line."""
PROVIDER: dict[Family, str] = {4: "198.18.0.10", 6: "2001:db8:fe::10"}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = ("18:30-21:00", "22:00-02:00", "00:00-24:00", "12:00-13:00")
_PORTS = (443, 53, 123, 80, "50-60", "8000-8010", "8005-8020", 8021, 1, 65_535)
"""Overlapping and touching ranges among them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What was decided first, and everything else depends on."""

    layout: Layout
    roles: tuple[Role, ...]
    families: tuple[Family, ...]

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zones there must be, in the order of Zone."""
        return tuple(zone for zone in Zone if zone in self.layout.zones(self.roles))

    @property
    def holds_tunnel(self) -> bool:
        """Whether the tunnel ends at this box."""
        return self.layout.line is Line.IPSEC_ROUTER and Role.B in self.roles

    @property
    def lan_may_reach_the_line(self) -> bool:
        """Whether the layout leaves that to the site file."""
        return self.layout.line is not Line.IP_VPN and set(self.roles) == {Role.A, Role.B}


@st.composite
def drawn_sites(draw: Draw) -> Site:
    """Any valid site. Every draw is valid by construction; that it is, is asserted, never assumed."""
    shape = Shape(
        draw(st.sampled_from(Layout)),
        draw(st.sampled_from([(Role.A, Role.B), (Role.A,), (Role.B,)])),
        draw(st.sampled_from([(4, 6), (4,), (6,)])),
    )
    return checked(draw(site_files(shape)))


def checked(data: Table) -> Site:
    """The content of a site file as a Site, held against every rule."""
    site = Site.model_validate(data)
    wrong = [finding.text for finding in findings(site)]
    assert not wrong, f"drawn, and not valid: {wrong}"
    return site


@st.composite
def site_files(draw: Draw, shape: Shape) -> Table:
    """The content of a site file of this shape."""
    terminal_zones = [zone for zone in shape.zones if zone not in (Zone.LAN, Zone.WAN)]
    terminals: dict[Zone, list[Table]] = {zone: _terminals(draw, shape, zone) for zone in terminal_zones}
    data: Table = {
        "site": {"name": "若葉クリニック", "prefecture": "13", "institution_code": "1312345"},
        "responsible": {role: {"name": "窓口", "phone": "03-0000-0000"} for role in ("system_manager", "vendor")},
        "layout": shape.layout,
        "roles": shape.roles,
        "zones": _zones(draw, shape, terminals),
    }
    if Role.A in shape.roles:
        data |= _router_a(draw, shape, terminals[Zone.CLAIM])
    if Role.B in shape.roles:
        data |= _router_b(draw, shape)
    if shape.layout.line is Line.IPSEC_ROUTER:
        data["tunnel"] = _tunnel(draw, shape, data) if shape.holds_tunnel else {"held_by": "upstream"}
    for part in data["zones"].values():
        if "serve" in part:  # who answers for names or time must have somebody to ask
            known = data.get("management") or {}
            part["serve"] = [one for one in part["serve"] if one not in ("dns", "ntp") or known.get(one)]
    return data


def _zones(draw: Draw, shape: Shape, terminals: dict[Zone, list[Table]]) -> Table:
    trunk = draw(st.booleans())
    zones: Table = {}
    for number, zone in enumerate(shape.zones):
        on_trunk = trunk and zone is not Zone.WAN
        part: Table = {"port": {"port": "eth1", "vlan": 10 * (number + 1)} if on_trunk else f"eth{number}"}
        own = [f"{network[1]}/{network.prefixlen}" for network in _prefixes(shape, zone)]
        match zone:
            case Zone.LAN:
                part |= {"addresses": own, "receipt_pcs": _receipt_pcs(draw, shape)}
                part["translate_to_terminals"] = draw(st.booleans())
            case Zone.WAN:
                part["uplink"] = _uplink(draw, shape, own)
                part["translate"] = {"ipv4": draw(st.sampled_from(["masquerade", "none"]))}
            case _:
                part |= {"addresses": own, "terminals": terminals[zone]}
                offered = ["dns", "ntp", *_where(shape, {4: ["dhcp"], 6: ["ra"]})]
                part["serve"] = draw(st.lists(st.sampled_from(offered), unique=True))
        zones[zone.value] = part
    return zones


def _prefixes(shape: Shape, zone: Zone) -> list[IpNetwork]:
    return [INSIDE[zone][family] for family in shape.families]


def _where(shape: Shape, by_family: dict[Family, list[str]]) -> list[str]:
    return [word for family in shape.families for word in by_family[family]]


def _uplink(draw: Draw, shape: Shape, own: list[str]) -> Any:
    static = {"addresses": own, "next_hop": [str(network[2]) for network in _prefixes(shape, Zone.WAN)]}
    return draw(st.sampled_from([{"static": static}, *_where(shape, {4: ["dhcp"], 6: ["ra", "pd"]})]))


def _receipt_pcs(draw: Draw, shape: Shape) -> list[Table]:
    pcs: dict[str, Table] = {}
    for number in draw(st.lists(st.integers(16, 127), min_size=1, max_size=5, unique=True)):
        prefix = draw(st.booleans())
        networks = _prefixes(shape, Zone.LAN)
        places = [_around(network, number) if prefix else str(network[number]) for network in networks]
        # Two numbers may fall into one prefix; a PC is declared once.
        pcs[places[0]] = {"name": f"受付{number}", "address": places[0], **_second(places)}
    return list(pcs.values())


def _around(network: IpNetwork, number: int) -> str:
    """Sixteen addresses, a host of `network` among them."""
    return str(ip_network(f"{network[number]}/{network.max_prefixlen - 4}", strict=False))


def _second(places: list[str]) -> Table:
    return {"address6": places[1]} if len(places) > 1 else {}


def _terminals(draw: Draw, shape: Shape, zone: Zone) -> list[Table]:
    uses = ["claim", "qualification"] if shape.layout.combined else [zone.value]
    found = []
    for number in draw(st.lists(st.integers(10, 99), min_size=1, max_size=3, unique=True)):
        places = [str(network[number]) for network in _prefixes(shape, zone)]
        shown = places if draw(st.booleans()) else places[:1]
        terminal = {"name": f"{zone}{number}", "address": shown[0], **_second(shown)}
        found.append({**terminal, "uses": uses, "dual_homed": draw(st.booleans())})
    return found


def _router_a(draw: Draw, shape: Shape, terminals: list[Table]) -> Table:
    own: Table = {"lan_to_terminal": draw(st.sampled_from(["shared-folder", "none"]))}
    if own["lan_to_terminal"] == "shared-folder" and not shape.layout.combined and draw(st.booleans()):
        days = st.lists(st.sampled_from(_DAYS), min_size=1, unique=True)
        own["access"] = {"hours": draw(st.sampled_from(_HOURS)), "days": draw(days)}
    if draw(st.booleans()):
        own["relay"] = _relay(draw, terminals)
    if draw(st.booleans()):
        own["management"] = _management(draw, shape)
    names = draw(st.lists(st.sampled_from(["vendor-ssh", "night", "look-1"]), unique=True))
    own["grants"] = {name: _grant(draw, shape) for name in names}
    if shape.lan_may_reach_the_line:
        own["lan_internet"] = draw(st.booleans())
    return own


def _relay(draw: Draw, terminals: list[Table]) -> Table:
    terminal = draw(st.sampled_from(terminals))
    server = draw(st.sampled_from([terminal[key] for key in ("address", "address6") if key in terminal]))
    drop: Table = {"smb": draw(st.booleans())}
    yamada = {"name": "山田", "account": "yamada", "sftp_key_file": "keys/yamada.pub", "smb_password_file": "yamada"}
    drop["people"] = [yamada]
    if draw(st.booleans()):
        drop["sftp"] = {"port": draw(st.integers(1024, 65_535))}
    share = {"server": server, "user": "relay", "password_file": "credentials/terminal"}
    return {"drop": drop, "terminal": {"smb": share}}


def _management(draw: Draw, shape: Shape) -> Table:
    servers = [str(network[250]) for network in _prefixes(shape, Zone.LAN)]
    servers += [str(UPDATES[family][9]) for family in shape.families if Zone.WAN in shape.zones]
    asked = st.lists(st.sampled_from(servers), unique=True)
    used = {service: draw(asked) for service in ("ntp", "dns", "syslog")}
    return {"from": _people(draw, shape), "ssh": draw(st.booleans()), **used}


def _people(draw: Draw, shape: Shape) -> list[str]:
    lan = _prefixes(shape, Zone.LAN)
    places = [*map(str, lan), *(str(network[200]) for network in lan)]
    return draw(st.lists(st.sampled_from(places), min_size=1, unique=True))


def _grant(draw: Draw, shape: Shape) -> Table:
    targets = ["gateway", *(zone.value for zone in shape.zones if zone not in (Zone.LAN, Zone.WAN))]
    targets += ["wan"] if shape.lan_may_reach_the_line else []
    return {
        "to": draw(st.sampled_from(targets)),
        "from": _people(draw, shape),
        "services": draw(_services()),
        "at_most": draw(st.sampled_from(["30m", "2h", "1d"])),
    }


def _router_b(draw: Draw, shape: Shape) -> Table:
    own: Table = {"claim_system": _system(draw, shape)}
    if shape.layout.combined or shape.layout.has_qualification_zone:
        own["qualification_system"] = _system(draw, shape)
    names = draw(st.lists(st.sampled_from(["windows-update", "virus", "driver-2"]), unique=True))
    own["updates"] = [{"name": name, **_update(draw, shape)} for name in names]
    return own


def _system(draw: Draw, shape: Shape) -> Table:
    own_tunnel = [{"udp": 500}, {"udp": 4500}, {"esp": True}]
    services = own_tunnel if shape.layout.line is Line.IPSEC_CLIENT else draw(_services())
    return {"networks": _networks(draw, shape, SYSTEMS), "services": services}


def _update(draw: Draw, shape: Shape) -> Table:
    via = draw(st.sampled_from(["wan", "tunnel"] if shape.holds_tunnel else ["wan"]))
    update: Table = {"services": draw(_services()), "via": via}
    kind = draw(st.sampled_from(["networks", "names", "both"]))
    if kind != "networks":
        update["names"] = ["update.example.com", "definitions.example.net"]
    if kind != "names":
        update["networks"] = _networks(draw, shape, UPDATES_IN_TUNNEL if via == "tunnel" else UPDATES)
    if draw(st.booleans()):
        update["hours"] = draw(st.sampled_from(_HOURS))
    return update


def _networks(draw: Draw, shape: Shape, within: dict[Family, IpNetwork]) -> list[str]:
    """Prefixes and single hosts, overlapping ones among them."""
    wholes = [within[family] for family in shape.families]
    offered = [str(place) for whole in wholes for place in (whole, whole[1], whole[-2], *whole.subnets(2))]
    return draw(st.lists(st.sampled_from(offered), min_size=1, max_size=4, unique=True))


def _tunnel(draw: Draw, shape: Shape, data: Table) -> Table:
    systems = [data[name] for name in ("claim_system", "qualification_system") if name in data]
    behind = [*systems, *(update for update in data["updates"] if update["via"] == "tunnel")]
    provider = {
        "name": "provider",
        "address": PROVIDER[draw(st.sampled_from(shape.families))],
        "id": "gw.provider.example",
        "remote_networks": [
            str(one) for one in merged(ip_network(network) for part in behind for network in part.get("networks", ()))
        ],
        "virtual_address": True,
    }
    ike = {"auth": "psk", "psk_file": "credentials/psk", "proposals": ["aes256gcm16-prfsha384-ecp384"]}
    return {"held_by": "gateway", "providers": [provider], "ike": ike, "esp": {"proposals": ["aes256gcm16-ecp384"]}}


def _services() -> st.SearchStrategy[list[Table]]:
    one = st.builds(lambda protocol, port: {protocol: port}, st.sampled_from(["tcp", "udp"]), st.sampled_from(_PORTS))
    return st.lists(one, min_size=1, max_size=5)

"""What is heard at the ports against what the site file says: a cable in the wrong hole, two segments on one switch. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.policy.places import part
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Site
from gateway.site.values import IpAddress
from gateway.site.zones import LanZone, TerminalZone, WanZone
from gateway.wiring.cabling.frame import What
from gateway.wiring.cabling.listen import Heard
from gateway.wiring.cabling.port import Port, zones_of


class Kind(StrEnum):
    MISPLACED = "misplaced"
    """A declared address is behind another port than the site file says."""
    SHARED = "shared"
    """The same card speaks at the ports of two zones: they are one network."""
    LOOP = "loop"
    """What the box sends at one port comes in at another: both are plugged into the same switch."""
    STRANGE_SERVER = "strange-server"
    """Somebody else hands out addresses, or routes, to the terminals."""
    NO_LINK = "no-link"
    """Nothing is plugged in, or nothing at the other end is switched on."""
    MISSING = "missing"
    """The box has no such port."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One thing that is not as declared. `zone` is the one the site declares behind `port`; `other` is the one it concerns."""

    kind: Kind
    port: str
    zone: Zone
    what: str = ""
    other_port: str = ""
    other: Zone | None = None

    def text(self, lang: str) -> str:
        """One line: what is so, and what to do."""
        fields = {
            "port": self.port,
            "zone": self.zone,
            "what": self.what,
            "other_port": self.other_port or "?",
            "other": self.other,
        }
        return _TEXTS[lang][self.kind].format_map(fields)


_TEXTS = {
    "en": {
        Kind.MISPLACED: "{what} is heard at {port} ({zone}); the site file has it in {other}, at {other_port}. change the cables",
        Kind.SHARED: "{port} ({zone}) and {other_port} ({other}) lead to one network: {what} speaks at both. separate them",
        Kind.LOOP: "{port} ({zone}) and {other_port} ({other}) are plugged into the same network. separate them",
        Kind.STRANGE_SERVER: "{what} at {port} ({zone}), where the box alone serves. is this the right cable?",
        Kind.NO_LINK: "{port} ({zone}) has no link. plug its cable in, and switch on what is at the other end",
        Kind.MISSING: "this box has no port {port}, which the site file names for {zone}. mend the site file's port",
    },
    "ja": {
        Kind.MISPLACED: "{what} が {port}（{zone}）にいます。設定では {other}（{other_port}）です。ケーブルを差し替えてください",
        Kind.SHARED: "{port}（{zone}）と {other_port}（{other}）が同じネットワークです（両方に {what}）。分けてください",
        Kind.LOOP: "{port}（{zone}）と {other_port}（{other}）が同じネットワークに差してあります。分けてください",
        Kind.STRANGE_SERVER: "{port}（{zone}）に {what} がいます。ここでは本装置だけのはずです。ケーブルを確かめてください",
        Kind.NO_LINK: "{port}（{zone}）がつながっていません。ケーブルと、先の機器の電源を確かめてください",
        Kind.MISSING: "設定の {zone} のポート {port} が本装置にありません。設定ファイルのポートを直してください",
    },
}


def contradictions(site: Site, ports: Iterable[Port], heard: Iterable[Heard]) -> tuple[Contradiction, ...]:
    """Everything that is not as the site file says, each once: first the ports themselves, then what is heard there."""
    there = tuple(ports)
    zones = zones_of(site, there)
    said = tuple(dict.fromkeys(heard))
    found = (*_ports(site, there, zones), *_places(site, zones, said), *_one_network(there, zones, said))
    return tuple(dict.fromkeys((*found, *_servers(site, zones, said))))


def _ports(site: Site, ports: tuple[Port, ...], zones: Mapping[str, Zone]) -> Iterator[Contradiction]:
    for zone in Zone:
        declared = part(site, zone)
        if declared is not None and zone not in zones.values():
            yield Contradiction(Kind.MISSING, str(declared.port), zone)
    for port in ports:
        if port.name in zones and not port.link:
            yield Contradiction(Kind.NO_LINK, port.name, zones[port.name])


def _places(site: Site, zones: Mapping[str, Zone], said: tuple[Heard, ...]) -> Iterator[Contradiction]:
    declared = dict(_declared(site))
    for one in said:
        here = zones.get(one.port)
        if here is None or one.said.address is None or one.said.address not in declared:
            continue
        name, zone = declared[one.said.address]
        if zone is not here:
            what = f"{name} {one.said.address}".strip()
            yield Contradiction(Kind.MISPLACED, one.port, here, what, _port_of(zones, zone), zone)


def _one_network(
    ports: tuple[Port, ...], zones: Mapping[str, Zone], said: tuple[Heard, ...]
) -> Iterator[Contradiction]:
    own = {port.mac: port.name for port in ports if port.name in zones}
    first: dict[str, str] = {}
    for one in said:
        here, mac = one.port, one.said.mac
        # A switch may have one MAC for all its ports; what speaks IP at two of ours joins two zones.
        if here not in zones or one.said.what is What.SWITCH:
            continue
        if (sent := own.get(mac)) is not None:
            if sent != here:
                a, b = sorted((sent, here))
                yield Contradiction(Kind.LOOP, a, zones[a], other_port=b, other=zones[b])
        elif first.setdefault(mac, here) != here:
            a, b = sorted((first[mac], here))
            yield Contradiction(Kind.SHARED, a, zones[a], mac, b, zones[b])


def _servers(site: Site, zones: Mapping[str, Zone], said: tuple[Heard, ...]) -> Iterator[Contradiction]:
    """On a terminal's segment nobody else may serve; unless the line's own router stands there (no wan zone here)."""
    if site.zones.wan is None:
        return
    for one in said:
        zone = zones.get(one.port)
        if zone in TERMINAL_ZONES and one.said.what in (What.DHCP_SERVER, What.ROUTER):
            name = "DHCP" if one.said.what is What.DHCP_SERVER else "IPv6 RA"
            yield Contradiction(Kind.STRANGE_SERVER, one.port, zone, f"{name} {one.said.address}")


def _declared(site: Site) -> Iterator[tuple[IpAddress, tuple[str, Zone]]]:
    """The single addresses the site file places: receipt PCs, terminals, the line's routers."""
    for zone in Zone:
        match part(site, zone):
            case LanZone(receipt_pcs=pcs):
                for pc in pcs:
                    for network in pc.networks:
                        if network.num_addresses == 1:
                            yield network.network_address, (pc.name, zone)
            case TerminalZone(terminals=terminals):
                for terminal in terminals:
                    yield from ((address, (terminal.name, zone)) for address in terminal.addresses)
            case WanZone(uplink=uplink) if uplink.static:
                yield from ((hop, ("", zone)) for hop in uplink.static.next_hop)


def _port_of(zones: Mapping[str, Zone], zone: Zone) -> str:
    return next((port for port, found in zones.items() if found is zone), "")

"""What a terminal's own settings depend on: its addresses and ways out, and who may open it, read from site and policy."""

from dataclasses import dataclass

from gateway.policy.derive import derive
from gateway.policy.model import Policy, Protocol, Session, verdict
from gateway.policy.networks import of_family
from gateway.policy.places import inside, own
from gateway.site.layout import Role, Zone
from gateway.site.model import Site, Terminal, TerminalShare
from gateway.site.values import Family, IpAddress, IpNetwork
from gateway.site.zones import Segment, TerminalZone

SMB_PORT = 445


@dataclass(frozen=True, slots=True)
class Face:
    """One address of the terminal. `gateway` is its way out if that is this box; `lan` what lies behind this box."""

    address: IpAddress
    prefix_length: int
    box: IpAddress
    gateway: IpAddress | None
    lan: tuple[IpNetwork, ...]


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """A site's claim terminal, as its Windows must be told. Networks are who may open `port` on it."""

    site: Site
    share: TerminalShare
    terminal: Terminal
    faces: tuple[Face, ...]
    port: int
    openers: tuple[IpNetwork, ...]
    lan_openers: tuple[IpNetwork, ...]
    """Who may open the Windows share beside the box: receipt PCs, or the box's address where it translates them."""
    by_dhcp: bool


def terminal_facts(site: Site) -> TerminalFacts:
    """The facts of the terminal the relay carries to. Raises ValueError for a site without a relay."""
    zone = site.zones.claim
    if site.relay is None or zone is None:
        raise ValueError("the site has no relay")
    share = site.relay.terminal
    terminal = next(one for one in zone.terminals if share.server in one.addresses)
    return TerminalFacts(
        site=site,
        share=share,
        terminal=terminal,
        faces=tuple(_face(site, zone, terminal, address) for address in terminal.addresses),
        port=share.port,
        openers=of_family(own(site, Zone.CLAIM), share.server.version),
        lan_openers=tuple(_lan_openers(site, derive(site), terminal)),
        by_dhcp=Segment.DHCP in zone.serve,
    )


def _face(site: Site, zone: TerminalZone, terminal: Terminal, address: IpAddress) -> Face:
    interface = next(one for one in zone.addresses if address in one.network)
    leads_out = Role.B in site.roles and not terminal.dual_homed
    seen = () if _translated(site, address.version) else of_family(inside(site, Zone.LAN), address.version)
    return Face(address, interface.network.prefixlen, interface.ip, interface.ip if leads_out else None, seen)


def _lan_openers(site: Site, policy: Policy, terminal: Terminal) -> list[IpNetwork]:
    found: list[IpNetwork] = []
    for flow in policy.between(Zone.LAN, Zone.CLAIM):
        for address in terminal.addresses:
            sources = of_family(flow.sources, address.version)
            asked = [Session(Zone.LAN, Zone.CLAIM, one[0], address, Protocol.TCP, SMB_PORT) for one in sources]
            if any(verdict(policy, one, frozenset({flow.id})) for one in asked):
                found += (
                    of_family(own(site, Zone.CLAIM), address.version) if _translated(site, address.version) else sources
                )
    return list(dict.fromkeys(found))


def _translated(site: Site, family: Family) -> bool:
    """Whether sessions from lan come from the box's own address here. IPv6 is never translated."""
    return family == 4 and site.zones.lan is not None and site.zones.lan.translate_to_terminals

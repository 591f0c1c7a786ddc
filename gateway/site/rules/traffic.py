"""What may be opened beside the claims: updates, management, grants. And whose certificates are watched."""

from collections.abc import Iterator

from gateway.site.layout import Line, Role, Zone
from gateway.site.model import Grant, Site
from gateway.site.rules.finding import LAYOUT_AND_ROLES, Finding, Rule, inside, repeated, terminals
from gateway.site.rules.networks import brief, listed, within
from gateway.site.tree import Path
from gateway.site.values import IpAddress, IpNetwork
from gateway.site.zones import LanZone, TerminalZone


def updates_have_a_way(site: Site) -> Iterator[Finding]:
    """Updates leave through the line of this box, or through the tunnel it holds (C9, C10, C21)."""
    upstream = site.tunnel is not None and site.tunnel.held_by == "upstream"
    for index, update in enumerate(site.updates):
        path: Path = ("updates", index, "via")
        if Role.B not in site.roles:
            text = f"updates {update.name}: a box with role a only has no line. the router in front of it opens updates"
            yield Finding(path, text, LAYOUT_AND_ROLES)
        elif update.via == "tunnel" and (site.layout.line is not Line.IPSEC_ROUTER or upstream):
            text = f"updates {update.name}: layout {site.layout} has no tunnel of the box. write via: wan"
            yield Finding(path, text, (*LAYOUT_AND_ROLES, ("tunnel",)))
    names: set[str] = set()
    for index, update in enumerate(site.updates):
        if update.name in names:
            yield Finding(("updates", index, "name"), f"updates {update.name} stands twice. give each its own name")
        names.add(update.name)


def openings_start_in_lan(site: Site) -> Iterator[Finding]:
    """Management and grants are for people in lan: a session never starts in a terminal's segment or on the line (C1, C6)."""
    if site.management is not None:
        yield from _from_lan(site, "management", site.management.from_, ("management", "from"))
    for name, grant in site.grants.items():
        yield from _from_lan(site, f"grants.{name}", grant.from_, ("grants", name, "from"))


def the_box_asks_no_terminal(site: Site) -> Iterator[Finding]:
    """The box's own servers stand in lan or beyond the line: terminals do their own work and nothing else (C15)."""
    management = site.management
    if management is None:
        return
    for name in ("ntp", "dns", "syslog"):
        for index, server in enumerate(getattr(management, name)):
            for zone, declared, _ in inside(site):
                if zone is not Zone.LAN and _holds(declared, server):
                    text = f"management.{name} {server} is in {zone}. name a server in lan or beyond the line"
                    yield Finding(("management", name, index), text, (("zones",),))
            if site.zones.wan is None and not any(_holds(declared, server) for _, declared, _ in inside(site)):
                text = f"management.{name} {server} is beyond a line this box does not have. name a server in lan"
                yield Finding(("management", name, index), text, (("zones",), *LAYOUT_AND_ROLES))


def _holds(zone: LanZone | TerminalZone, server: IpAddress) -> bool:
    return any(server in address.network for address in zone.addresses)


def _from_lan(site: Site, name: str, sources: tuple[IpNetwork, ...], path: Path) -> Iterator[Finding]:
    lan = site.zones.lan
    if lan is None:
        text = f"{name} starts in lan, and this box has none. take it out, or give the box role a"
        yield Finding(path[:-1], text, (*LAYOUT_AND_ROLES, ("zones", "lan")), at_key=True)
        return
    networks = [address.network for address in lan.addresses]
    for index, source in enumerate(sources):
        if not within(source, networks):
            text = f"{name} from {brief(source)} is outside lan {listed(networks)}. name addresses in lan"
            yield Finding((*path, index), text, (("zones", "lan", "addresses"),))


def grants_lead_somewhere(site: Site) -> Iterator[Finding]:
    """A grant opens the box or a terminal's segment to lan; the line only where `lan_internet` could open it too."""
    for name, grant in site.grants.items():
        why = _no_target(site, grant)
        if why:
            text = f"grants.{name} cannot open {grant.to}: {why}. write gateway, or a terminal's zone"
            yield Finding(("grants", name, "to"), text, (*LAYOUT_AND_ROLES, ("zones",)))


def _no_target(site: Site, grant: Grant) -> str | None:
    match grant.to:
        case Zone.LAN:
            return "no session may start towards lan"
        case Zone.TUNNEL:
            return "lan never enters the tunnel"
        case Zone.WAN if site.layout.line is Line.IP_VPN:
            return "lan never enters the closed network"
        case Zone.GATEWAY:
            return None
    return None if getattr(site.zones, grant.to) is not None else "the site has no such zone"


def certificates_have_owners(site: Site) -> Iterator[Finding]:
    """One terminal, one certificate (C28): the owner is a declared terminal."""
    names = {terminal.name for _, terminal, _ in terminals(site)}
    for index, certificate in enumerate(site.certificates):
        if certificate.terminal not in names:
            text = f"no terminal is named {certificate.terminal}. write one of {', '.join(sorted(names)) or 'them'}"
            yield Finding(("certificates", index, "terminal"), text, (("zones",),))
    days = (f"of {certificate.terminal} expiring {certificate.expires}" for certificate in site.certificates)
    yield from repeated(days, ("certificates",), "the certificate")


RULES: tuple[Rule, ...] = (
    updates_have_a_way,
    openings_start_in_lan,
    the_box_asks_no_terminal,
    grants_lead_somewhere,
    certificates_have_owners,
)

"""What the layout and the roles ask for: which zones, which systems, what each terminal is used for."""

from collections.abc import Iterator

from gateway.site.layout import Layout, Line, Role, Zone
from gateway.site.model import Site, Use
from gateway.site.rules.finding import LAYOUT_AND_ROLES, Finding, Rule, repeated, terminals, written


def roles_once(site: Site) -> Iterator[Finding]:
    """A box is router A once and router B once."""
    yield from repeated(site.roles, ("roles",), "role")


def zones_of_the_layout(site: Site) -> Iterator[Finding]:
    """Exactly the zones `Layout.zones` names."""
    needed = site.layout.zones(site.roles)
    shape = f"layout {site.layout} with roles {written(site.roles)}"
    for zone in (Zone.LAN, Zone.CLAIM, Zone.QUALIFICATION, Zone.WAN):
        declared = getattr(site.zones, zone) is not None
        if zone in needed and not declared:
            relies_on = (*LAYOUT_AND_ROLES, ("zones", zone.value))
            text = f"zones has no {zone}, which {shape} needs. add {zone}: to it"
            yield Finding(("zones",), text, relies_on, at_key=True)
        if declared and zone not in needed:
            text = f"zones.{zone} does not belong to {shape}. take it out, or mend layout: or roles:"
            yield Finding(("zones", zone.value), text, LAYOUT_AND_ROLES, at_key=True)


def _uses(layout: Layout, zone: Zone) -> tuple[Use, ...]:
    if layout.combined:
        return (Use.CLAIM, Use.QUALIFICATION)
    return (Use.QUALIFICATION,) if zone is Zone.QUALIFICATION else (Use.CLAIM,)


def uses_of_the_layout(site: Site) -> Iterator[Finding]:
    """A terminal does in its zone what the layout has it there for; only a combined layout mixes the two uses (C11, C12)."""
    for zone, terminal, path in terminals(site):
        uses = _uses(site.layout, zone)
        here = (*path, "uses")
        if set(terminal.uses) != set(uses):
            text = f"terminal {terminal.name} in {zone} has uses {written(terminal.uses)}, which layout {site.layout} has not"
            yield Finding(here, f"{text}. write uses: {written(uses)}", (*LAYOUT_AND_ROLES, here))
        yield from repeated(terminal.uses, here, "use")


def systems_of_the_uses(site: Site) -> Iterator[Finding]:
    """Router B must know where each use leads; a system nobody uses must not be reachable."""
    if Role.B in site.roles and site.claim_system is None:
        text = "the site file has no claim_system. add claim_system: with the networks and services the provider gave"
        yield Finding((), text, (*LAYOUT_AND_ROLES, ("claim_system",)), at_key=True)
    qualifies = site.layout.combined or site.layout.has_qualification_zone
    if qualifies and Role.B in site.roles and site.qualification_system is None:
        text = "the site file has no qualification_system, which layout {} needs. add it with its networks and services"
        yield Finding((), text.format(site.layout), (*LAYOUT_AND_ROLES, ("qualification_system",)), at_key=True)
    if site.qualification_system is not None and not qualifies:
        text = f"layout {site.layout} has no qualification terminal. take qualification_system: out, or mend layout:"
        yield Finding(("qualification_system",), text, LAYOUT_AND_ROLES, at_key=True)


def openings_of_the_layout(site: Site) -> Iterator[Finding]:
    """The two openings only some layouts may have, and the hours that need a router A."""
    line = site.layout.line
    both = set(site.roles) == {Role.A, Role.B}
    if site.lan_internet and (line is Line.IP_VPN or not both):
        text = "lan_internet: lan may reach the line only in an ipsec layout with roles [a, b]. write false"
        yield Finding(("lan_internet",), text, LAYOUT_AND_ROLES)
    if site.pppoe_passthrough and (line is not Line.IP_VPN or Role.B not in site.roles):
        text = "pppoe_passthrough: a terminal dials through the box only in an ip-vpn layout with role b. write false"
        yield Finding(("pppoe_passthrough",), text, LAYOUT_AND_ROLES)
    if site.pppoe_passthrough and site.zones.wan and site.zones.wan.uplink.pppoe:
        text = "pppoe_passthrough: the box dials itself (uplink: pppoe), and one line takes one dial-up. write false"
        yield Finding(("pppoe_passthrough",), text, (("zones", "wan", "uplink", "pppoe"),))
    if site.access != "always":
        if Role.A not in site.roles:
            text = "access hours are kept by router A, and this box has role b only. take access: out"
            yield Finding(("access",), text, LAYOUT_AND_ROLES, at_key=True)
        if site.layout.combined:
            text = "access hours: a combined terminal's share carries the qualification folders all day. write access: always"
            yield Finding(("access",), text, LAYOUT_AND_ROLES, at_key=True)
        elif site.lan_to_terminal == "none":
            text = "access hours are for lan_to_terminal: shared-folder, and it is none. take access: out"
            yield Finding(("access",), text, (("lan_to_terminal",),), at_key=True)
        yield from repeated(site.access.days, ("access", "days"), "day")


RULES: tuple[Rule, ...] = (
    zones_of_the_layout,
    uses_of_the_layout,
    systems_of_the_uses,
    openings_of_the_layout,
)

"""The IPsec tunnel: which layouts have one, who holds it, and what goes by it (C17). Its far ends: `providers`."""

from collections.abc import Iterator

from gateway.site.layout import Line, Role
from gateway.site.model import Site, Tunnel
from gateway.site.rules.finding import LAYOUT_AND_ROLES, Finding, Rule, written
from gateway.site.rules.networks import within
from gateway.site.tree import Path
from gateway.site.values import IpNetwork, PortRange

_IKE = (PortRange(500, 500), PortRange(4500, 4500))  # RFC 7296 §2, RFC 3948 §2.2


def tunnel_of_the_layout(site: Site) -> Iterator[Finding]:
    """ipsec-router layouts have a tunnel; in the others the carrier or the terminal holds what there is."""
    needed = site.layout.line is Line.IPSEC_ROUTER
    if needed and site.tunnel is None:
        text = f"the site file has no tunnel, which layout {site.layout} needs. add tunnel: with its providers"
        yield Finding((), text, (*LAYOUT_AND_ROLES, ("tunnel",)), at_key=True)
    if site.tunnel is not None and not needed:
        text = f"layout {site.layout} has no tunnel of the box. take tunnel: out, or mend layout:"
        yield Finding(("tunnel",), text, LAYOUT_AND_ROLES, at_key=True)


def holder_has_the_role(site: Site) -> Iterator[Finding]:
    """The tunnel ends where the line does: at this box with role b, else at the router in front of it."""
    if site.tunnel is None or site.layout.line is not Line.IPSEC_ROUTER:
        return
    holder = "gateway" if Role.B in site.roles else "upstream"
    if site.tunnel.held_by != holder:
        text = f"tunnel.held_by {site.tunnel.held_by} does not fit roles {written(site.roles)}. write held_by: {holder}"
        yield Finding(("tunnel", "held_by"), text, (*LAYOUT_AND_ROLES, ("tunnel", "held_by")))


def holder_has_the_settings(site: Site) -> Iterator[Finding]:
    """A tunnel held here is declared whole; one held elsewhere is declared there."""
    tunnel = site.tunnel
    if tunnel is None:
        return
    for name in ("providers", "ike", "esp"):
        declared = bool(getattr(tunnel, name))
        given = declared or (name != "providers" and all(getattr(one, name) for one in tunnel.providers or (tunnel,)))
        held_by: Path = ("tunnel", "held_by")
        if tunnel.held_by == "gateway" and not given:
            text = f"tunnel has no {name}. add {name}: to it, or write held_by: upstream"
            yield Finding(("tunnel",), text, (held_by, ("tunnel", name), ("tunnel", "providers")), at_key=True)
        if tunnel.held_by == "upstream" and declared:
            text = f"tunnel.{name} belongs to the router that holds the tunnel. take it out"
            yield Finding(("tunnel", name), text, (held_by,), at_key=True)


def systems_are_in_the_tunnel(site: Site) -> Iterator[Finding]:
    """What is not among the tunnel's networks would have to leave unencrypted, so it may not leave at all."""
    tunnel = site.tunnel
    if tunnel is None or not tunnel.providers or site.layout.line is not Line.IPSEC_ROUTER:
        return
    remote = _remote(tunnel)
    for name in ("claim_system", "qualification_system"):
        system = getattr(site, name)
        for index, network in enumerate(system.networks if system else ()):
            if not within(network, remote):
                text = f"{name} {network} is outside the remote_networks of tunnel.providers. add it there, or mend it"
                yield Finding((name, "networks", index), text, (("tunnel", "providers"), *LAYOUT_AND_ROLES))


def _remote(tunnel: Tunnel) -> tuple[IpNetwork, ...]:
    return tuple(network for provider in tunnel.providers for network in provider.remote_networks)


def terminals_keep_to_their_tunnel(site: Site) -> Iterator[Finding]:
    """A terminal that holds its own tunnel opens that and nothing else; nobody else sends encrypted packets (C17)."""
    own_tunnel = site.layout.line is Line.IPSEC_CLIENT
    for name in ("claim_system", "qualification_system"):
        system = getattr(site, name)
        for index, service in enumerate(system.services if system else ()):
            path: Path = (name, "services", index)
            if own_tunnel and not service.esp and service.udp not in _IKE:
                text = f"{name}: in layout {site.layout} the terminal reaches the provider's gateway by its tunnel only"
                yield Finding(path, f"{text}. write {{udp: 500}}, {{udp: 4500}} and {{esp: true}}", LAYOUT_AND_ROLES)
            if service.esp and not own_tunnel:
                text = (
                    f"{name}: esp belongs to the ipsec-client layouts, where the terminal holds the tunnel. take it out"
                )
                yield Finding(path, text, LAYOUT_AND_ROLES)


def updates_keep_to_their_side(site: Site) -> Iterator[Finding]:
    """What lies behind the tunnel is never reachable on the line, and nothing else is reachable through the tunnel (C17)."""
    tunnel = site.tunnel
    if tunnel is None or not tunnel.providers:
        return
    remote = _remote(tunnel)
    relies_on: tuple[Path, ...] = (("tunnel", "providers"), *LAYOUT_AND_ROLES)
    for number, update in enumerate(site.updates):
        for index, network in enumerate(update.networks):
            path: Path = ("updates", number, "networks", index)
            behind = next((one for one in remote if one.overlaps(network)), None)
            if update.via == "wan" and behind is not None:
                text = f"updates {update.name} {network} overlaps {behind}, which only the tunnel may reach. write via: tunnel"
                yield Finding(path, text, relies_on)
            if update.via == "tunnel" and not within(network, remote):
                text = f"updates {update.name} {network} is outside the remote_networks of tunnel.providers. add it there, or mend it"
                yield Finding(path, text, relies_on)


def the_box_asks_beside_its_tunnel(site: Site) -> Iterator[Finding]:
    """The box's own questions leave by lan or the line; a server behind the tunnel would never be asked (C17)."""
    if site.management is None or site.tunnel is None or site.tunnel.held_by != "gateway":
        return
    for name in ("ntp", "dns", "syslog"):
        for index, server in enumerate(getattr(site.management, name)):
            behind = next((one for one in _remote(site.tunnel) if server in one), None)
            if behind is not None:
                text = (
                    f"management.{name} {server} is in {behind}, which only the tunnel may reach. name another server"
                )
                yield Finding(("management", name, index), text, (("tunnel", "providers"), *LAYOUT_AND_ROLES))


RULES: tuple[Rule, ...] = (
    updates_keep_to_their_side,
    the_box_asks_beside_its_tunnel,
    terminals_keep_to_their_tunnel,
    tunnel_of_the_layout,
    holder_has_the_role,
    holder_has_the_settings,
    systems_are_in_the_tunnel,
)

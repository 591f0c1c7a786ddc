"""The IPsec tunnel: which layouts have one, who holds it, and with what credentials (C17)."""

from collections.abc import Iterator

from gateway.site.layout import Line, Role
from gateway.site.model import Ike, Site, Tunnel
from gateway.site.rules.finding import LAYOUT_AND_ROLES, Finding, Rule, inside, written
from gateway.site.rules.networks import within
from gateway.site.tree import Path
from gateway.site.values import PortRange

_IKE = (PortRange(500, 500), PortRange(4500, 4500))  # RFC 7296 §2, RFC 3948 §2.2
_CREDENTIALS = {"certificate": ("certificate", "key_file", "ca"), "psk": ("psk_file",)}


def tunnel_of_the_layout(site: Site) -> Iterator[Finding]:
    """ipsec-router layouts have a tunnel; in the others the carrier or the terminal holds what there is."""
    needed = site.layout.line is Line.IPSEC_ROUTER
    if needed and site.tunnel is None:
        text = f"the site file has no tunnel, which layout {site.layout} needs. add tunnel: with its provider"
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
    for name in ("provider", "ike", "esp"):
        declared = getattr(tunnel, name) is not None
        held_by: Path = ("tunnel", "held_by")
        if tunnel.held_by == "gateway" and not declared:
            text = f"tunnel has no {name}. add {name}: to it, or write held_by: upstream"
            yield Finding(("tunnel",), text, (held_by, ("tunnel", name)), at_key=True)
        if tunnel.held_by == "upstream" and declared:
            text = f"tunnel.{name} belongs to the router that holds the tunnel. take it out"
            yield Finding(("tunnel", name), text, (held_by,), at_key=True)


def credentials_fit(site: Site) -> Iterator[Finding]:
    """Certificates or a pre-shared key: all files of the one, none of the other."""
    ike = site.tunnel.ike if site.tunnel else None
    if ike is None:
        return
    for auth, names in _CREDENTIALS.items():
        for name in names:
            yield from _credential(ike, auth, name)


def _credential(ike: Ike, auth: str, name: str) -> Iterator[Finding]:
    path: Path = ("tunnel", "ike")
    declared = getattr(ike, name) is not None
    if auth == ike.auth and not declared:
        yield Finding(
            path,
            f"tunnel.ike has no {name}, which auth: {auth} needs. add {name}: to it",
            ((*path, name),),
            at_key=True,
        )
    if auth != ike.auth and declared:
        text = f"tunnel.ike.{name} is not used with auth: {ike.auth}. take it out, or write auth: {auth}"
        yield Finding((*path, name), text, ((*path, "auth"),), at_key=True)


def provider_is_outside(site: Site) -> Iterator[Finding]:
    """The provider's gateway is reached over the line, in a family the line has."""
    provider = site.tunnel.provider if site.tunnel else None
    if provider is None:
        return
    path: Path = ("tunnel", "provider", "address")
    for zone, declared, _ in inside(site):
        if any(provider.address in address.network for address in declared.addresses):
            yield Finding(path, f"tunnel.provider {provider.address} lies in {zone}. write the provider's own gateway")
    wan = site.zones.wan.addresses if site.zones.wan else ()
    if wan and provider.address.version not in {address.version for address in wan}:
        family = provider.address.version
        text = f"tunnel.provider {provider.address} is IPv{family}, and wan has no IPv{family} address. add one"
        yield Finding(path, text, (("zones", "wan"),))


def systems_are_in_the_tunnel(site: Site) -> Iterator[Finding]:
    """What is not among the tunnel's networks would have to leave unencrypted, so it may not leave at all."""
    tunnel = site.tunnel
    if tunnel is None or tunnel.provider is None or site.layout.line is not Line.IPSEC_ROUTER:
        return
    yield from _outside(site, tunnel)


def _outside(site: Site, tunnel: Tunnel) -> Iterator[Finding]:
    remote = tunnel.provider.remote_networks if tunnel.provider else ()
    for name in ("claim_system", "qualification_system"):
        system = getattr(site, name)
        for index, network in enumerate(system.networks if system else ()):
            if not within(network, remote):
                text = f"{name} {network} is outside tunnel.provider.remote_networks. add it there, or mend it"
                yield Finding((name, "networks", index), text, (("tunnel", "provider"), *LAYOUT_AND_ROLES))


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
    if tunnel is None or tunnel.provider is None:
        return
    remote = tunnel.provider.remote_networks
    relies_on: tuple[Path, ...] = (("tunnel", "provider"), *LAYOUT_AND_ROLES)
    for number, update in enumerate(site.updates):
        for index, network in enumerate(update.networks):
            path: Path = ("updates", number, "networks", index)
            behind = next((one for one in remote if one.overlaps(network)), None)
            if update.via == "wan" and behind is not None:
                text = f"updates {update.name} {network} overlaps {behind}, which only the tunnel may reach. write via: tunnel"
                yield Finding(path, text, relies_on)
            if update.via == "tunnel" and not within(network, remote):
                text = f"updates {update.name} {network} is outside tunnel.provider.remote_networks. add it there, or mend it"
                yield Finding(path, text, relies_on)


RULES: tuple[Rule, ...] = (
    updates_keep_to_their_side,
    terminals_keep_to_their_tunnel,
    tunnel_of_the_layout,
    holder_has_the_role,
    holder_has_the_settings,
    credentials_fit,
    provider_is_outside,
    systems_are_in_the_tunnel,
)

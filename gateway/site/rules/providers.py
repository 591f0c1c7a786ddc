"""The far ends of the tunnel: how the two ends know each other, with what algorithms, and which addresses lie where (C17)."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from gateway.site.layout import Line
from gateway.site.model import Esp, Ike, Provider, Site
from gateway.site.proposals import mistakes, weak
from gateway.site.rules.finding import LAYOUT_AND_ROLES, Finding, Rule, inside, repeated
from gateway.site.tree import Path
from gateway.site.values import IpNetwork

_TUNNEL: Path = ("tunnel",)
_PROVIDERS: Path = ("tunnel", "providers")
_CREDENTIALS = {"certificate": ("certificate", "key_file", "ca"), "psk": ("psk_file",)}


def _providers(site: Site) -> Iterator[tuple[Provider, Path]]:
    for index, provider in enumerate(site.tunnel.providers if site.tunnel else ()):
        yield provider, (*_PROVIDERS, index)


def _exchanges(site: Site) -> Iterator[tuple[Ike, Path]]:
    if site.tunnel and site.tunnel.ike:
        yield site.tunnel.ike, (*_TUNNEL, "ike")
    yield from ((one.ike, (*path, "ike")) for one, path in _providers(site) if one.ike)


def _encryptions(site: Site) -> Iterator[tuple[Esp, Path]]:
    if site.tunnel and site.tunnel.esp:
        yield site.tunnel.esp, (*_TUNNEL, "esp")
    yield from ((one.esp, (*path, "esp")) for one, path in _providers(site) if one.esp)


def credentials_fit(site: Site) -> Iterator[Finding]:
    """Certificates or a pre-shared key: all files of the one, none of the other."""
    for ike, path in _exchanges(site):
        for auth, names in _CREDENTIALS.items():
            for name in names:
                yield from _credential(ike, path, auth, name)


def _credential(ike: Ike, path: Path, auth: str, name: str) -> Iterator[Finding]:
    declared = getattr(ike, name) is not None
    called = _called(path)
    if auth == ike.auth and not declared:
        text = f"{called} has no {name}, which auth: {auth} needs. add {name}: to it"
        yield Finding(path, text, ((*path, name),), at_key=True)
    if auth != ike.auth and declared:
        text = f"{called}.{name} is not used with auth: {ike.auth}. take it out, or write auth: {auth}"
        yield Finding((*path, name), text, ((*path, "auth"),), at_key=True)


def proposals_are_sound(site: Site) -> Iterator[Finding]:
    """Algorithms strongSwan knows and nobody advises against, or a reason why one of those is needed."""
    for ike, path in _exchanges(site):
        yield from _proposals(ike, path, version=ike.version)
    for esp, path in _encryptions(site):
        yield from _proposals(esp, path, version=None)


def _proposals(part: Ike | Esp, path: Path, *, version: int | None) -> Iterator[Finding]:
    called = _called(path)
    for index, proposal in enumerate(part.proposals):
        place = (*path, "proposals", index)
        for mistake in mistakes(proposal, ike=version is not None, version=version or 2):
            yield Finding(place, f"{called}.proposals {proposal}: {mistake}", ((*path, "version"),))
        poor = weak(proposal)
        if poor and part.allow_weak is None:
            todo = 'take it out, or write allow_weak: "why it has to be"'
            text = f"{called}.proposals {proposal}: {', '.join(poor)} is weak (RFC 8247, RFC 8221). {todo}"
            yield Finding(place, text, ((*path, "allow_weak"),))
    if part.allow_weak is not None and not any(map(weak, part.proposals)):
        text = f"{called}.allow_weak is not needed: no proposal is weak. take it out"
        yield Finding((*path, "allow_weak"), text, ((*path, "proposals"),), at_key=True)


def names_once(site: Site) -> Iterator[Finding]:
    """Each provider has a name of its own."""
    yield from repeated((provider.name for provider, _ in _providers(site)), _PROVIDERS, "provider")


def provider_is_outside(site: Site) -> Iterator[Finding]:
    """The provider's gateway is reached over the line, in a family the line has, and never through the tunnel itself."""
    wan = site.zones.wan.addresses if site.zones.wan else ()
    everything = [network for one, _ in _providers(site) for network in one.remote_networks]
    for provider, above in _providers(site):
        path: Path = (*above, "address")
        called, address = f"provider {provider.name}", provider.address
        for zone, declared, _ in inside(site):
            if any(address in network.network for network in declared.addresses):
                yield Finding(path, f"{called} {address} lies in {zone}. write the provider's own gateway")
        if wan and address.version not in {own.version for own in wan}:
            text = f"{called} {address} is IPv{address.version}, and wan has no IPv{address.version} address. add one"
            yield Finding(path, text, (("zones", "wan"),))
        if any(address in network for network in everything):
            text = f"{called} {address} lies in the tunnel's own remote_networks. the tunnel cannot carry itself"
            yield Finding(path, text, (_PROVIDERS,))


def identities_are_one(site: Site) -> Iterator[Finding]:
    """An identity that stands for many, as strongSwan's %any, 0.0.0.0 and * do, would let anybody answer (C17)."""
    named = [(provider.id, f"provider {provider.name}", (*path, "id")) for provider, path in _providers(site)]
    named += [(ike.id or "", _called(path), (*path, "id")) for ike, path in _exchanges(site)]
    for identity, called, path in named:
        if _is_anybodys(identity):
            text = (
                f"{called}: id {identity} stands for anybody. write the one identity that is proved, as in the contract"
            )
            yield Finding(path, text)


def _is_anybodys(identity: str) -> bool:
    """As strongSwan 5.9.8 reads it: wildcards, a kind by its number, no address, a network, a range of addresses."""
    if identity.startswith(("%", "{")) or "*" in identity:
        return True
    try:
        network = ip_network(identity, strict=False)
    except ValueError:
        first, dash, last = identity.partition("-")
        return bool(dash) and _is_address(first) and _is_address(last)
    return network.num_addresses > 1 or network.network_address.is_unspecified


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def networks_are_apart(site: Site) -> Iterator[Finding]:
    """Providers lead to the same networks, standing in for each other, or to different ones: never to parts of the same."""
    earlier: list[Provider] = []
    for provider, path in _providers(site):
        for index, network in enumerate(provider.remote_networks):
            if any(network.overlaps(other) for other in provider.remote_networks[:index]):
                text = f"provider {provider.name}: {network} overlaps another of its remote_networks. keep the larger"
                yield Finding((*path, "remote_networks", index), text)
            other_one = next((one for one in earlier if _clashes(provider, one) and _touches(network, one)), None)
            if other_one is not None:
                text = f"provider {provider.name} {network} overlaps the networks of provider {other_one.name}"
                todo = "write the same remote_networks for both, or separate ones"
                yield Finding((*path, "remote_networks", index), f"{text}. {todo}", (_PROVIDERS,))
        earlier.append(provider)


def _clashes(one: Provider, other: Provider) -> bool:
    return set(one.remote_networks) != set(other.remote_networks)


def _touches(network: IpNetwork, provider: Provider) -> bool:
    return any(network.overlaps(other) for other in provider.remote_networks)


def inner_addresses_fit(site: Site) -> Iterator[Finding]:
    """What is translated into the tunnel needs the address the provider expects there."""
    wan = site.zones.wan
    translated = bool(wan and wan.translate.ipv4 == "masquerade") and site.layout.line is Line.IPSEC_ROUTER
    for provider, path in _providers(site):
        called = f"provider {provider.name}"
        has_ipv4 = any(address.version == 4 for address in provider.inner_addresses)
        speaks_ipv4 = any(network.version == 4 for network in provider.remote_networks)
        if provider.virtual_address and has_ipv4:
            text = f"{called}: virtual_address and an IPv4 address in inner_addresses exclude each other. keep one"
            yield Finding((*path, "virtual_address"), text, at_key=True)
        if translated and speaks_ipv4 and not (has_ipv4 or provider.virtual_address):
            text = f"{called}: IPv4 is translated into the tunnel, and the site has no address there"
            todo = (
                "add inner_addresses: as the provider gave it, or virtual_address: true, or take translate: out of wan"
            )
            relies_on = (("zones", "wan", "translate"), (*path, "inner_addresses"), (*path, "virtual_address"))
            yield Finding(path, f"{text}. {todo}", (*relies_on, *LAYOUT_AND_ROLES))
        for index, address in enumerate(provider.inner_addresses):
            if any(address in own.network for _, declared, _ in inside(site) for own in declared.addresses):
                text = f"{called}: {address} lies in a segment of the institution. write the address in the tunnel"
                yield Finding((*path, "inner_addresses", index), text)


def version_1_asks_less(site: Site) -> Iterator[Finding]:
    """Version 1 has no MOBIKE; what it would silently lack is not declared."""
    for ike, path in _exchanges(site):
        if ike.version == 1 and ike.mobike and "mobike" in ike.model_fields_set:
            text = f"{_called(path)}.mobike needs IKE version 2 (RFC 4555). take it out"
            yield Finding((*path, "mobike"), text, ((*path, "version"),), at_key=True)


def _called(path: Path) -> str:
    return ".".join(step for step in path if isinstance(step, str))


RULES: tuple[Rule, ...] = (
    names_once,
    credentials_fit,
    proposals_are_sound,
    identities_are_one,
    provider_is_outside,
    networks_are_apart,
    inner_addresses_fit,
    version_1_asks_less,
)

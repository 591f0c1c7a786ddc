"""From the site to what the box is to have of its tunnel. Pure."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_interface

from gateway.policy.networks import hosts, merged, of_family
from gateway.policy.places import Carrier, holds_tunnel, inside, protected, providers
from gateway.site.layout import TERMINAL_ZONES
from gateway.site.model import Esp, Ike, Provider, Site
from gateway.site.proposals import weak
from gateway.site.values import IpNetwork
from gateway.tunnel.model import CertificateFiles, Child, Connection, Link, PskFile, Route, Tunnel, Way

LINE_MTU = 1500  # Ethernet, RFC 894
ENCRYPTION_BYTES = 105
"""What encryption adds at most: outer IPv6 40, UDP of NAT-T 8, ESP header 8, IV 16, padding and trailer 17, ICV 16 (RFC
4303 §2, RFC 3948 §2.1; AES-CBC with SHA-256, which needs more than AES-GCM)."""


def desired(site: Site, carrier: Carrier = Carrier.XFRM) -> Tunnel | None:
    """What the box is to have; None where it holds no tunnel."""
    tunnel = site.tunnel
    if tunnel is None or not holds_tunnel(site):
        return None
    networks = protected(site)
    inner = hosts(address for provider in providers(site) for address in provider.inner_addresses)
    return Tunnel(
        link=Link(
            mtu=tunnel.mtu or inner_mtu(site), addresses=tuple(map(ip_interface, map(str, inner))), carrier=carrier
        ),
        routes=tuple(Route(network, way) for way in (Way.BLACKHOLE, Way.TUNNEL) for network in networks),
        connections=tuple(_connections(site)),
    )


def inner_mtu(site: Site) -> int:
    """The largest packet, bytes, that fits the line once encrypted, where the site file names none."""
    wan = site.zones.wan
    return (wan.uplink.pppoe.mtu if wan and wan.uplink.pppoe else LINE_MTU) - ENCRYPTION_BYTES


def _connections(site: Site) -> Iterator[Connection]:
    for provider in providers(site):
        ike = site.tunnel.exchange(provider) if site.tunnel else None
        esp = site.tunnel.encryption(provider) if site.tunnel else None
        if ike is not None and esp is not None:  # `check` saw to it
            yield _connection(site, provider, ike, esp)


def _connection(site: Site, provider: Provider, ike: Ike, esp: Esp) -> Connection:
    networks = merged(provider.remote_networks)
    return Connection(
        name=provider.name,
        address=provider.address,
        version=ike.version,
        local_id=ike.id or "",
        remote_id=provider.id,
        credentials=_credentials(ike),
        ike_proposals=ike.proposals,
        esp_proposals=esp.proposals,
        ike_rekey_s=_seconds(ike.rekey),
        esp_rekey_s=_seconds(esp.rekey),
        reauthenticate_s=_seconds(ike.reauthenticate),
        dpd_s=ike.dpd_seconds,
        mobike=ike.mobike and ike.version == 2,
        force_encapsulation=ike.force_encapsulation,
        fragmentation=ike.fragmentation,
        virtual_address=provider.virtual_address,
        networks=networks,
        children=_children(_local(site, provider), networks, ike.version, virtual=provider.virtual_address),
        allowed_weak=tuple(dict.fromkeys(word for one in (*ike.proposals, *esp.proposals) for word in weak(one))),
    )


def _credentials(ike: Ike) -> CertificateFiles | PskFile:
    if ike.auth == "psk":
        return PskFile(ike.psk_file or "")
    return CertificateFiles(ike.certificate or "", ike.key_file or "", ike.ca or "")


def _local(site: Site, provider: Provider) -> tuple[IpNetwork, ...]:
    """What the provider sees of the site: what was agreed, else by family its inner addresses or the terminals' segments."""
    if provider.local_networks:
        return merged(provider.local_networks)
    given = hosts(provider.inner_addresses)
    segments = merged(network for zone in TERMINAL_ZONES for network in inside(site, zone))
    ipv4 = () if provider.virtual_address else of_family(given, 4) or of_family(segments, 4)
    return (*ipv4, *(of_family(given, 6) or of_family(segments, 6)))


def _children(
    local: tuple[IpNetwork, ...], remote: tuple[IpNetwork, ...], version: int, *, virtual: bool
) -> tuple[Child, ...]:
    families = {network.version for network in local} | ({4} if virtual else set())
    reachable = tuple(network for network in remote if network.version in families)
    if version != 1:
        return (Child(local, reachable),)
    pairs = [(mine, theirs) for theirs in reachable for mine in of_family(local, theirs.version)]
    alone = tuple(Child((), (theirs,)) for theirs in reachable if virtual and theirs.version == 4)
    return (*alone, *(Child((mine,), (theirs,)) for mine, theirs in pairs))


def _seconds(duration: timedelta | None) -> int:
    return 0 if duration is None else int(duration.total_seconds())

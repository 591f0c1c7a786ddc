"""Who stands in each zone, as a picture lists them: names and addresses, in the site file's order."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.policy.places import part, providers, way_out
from gateway.report.wording import Lang
from gateway.site.layout import Zone
from gateway.site.model import Site, System
from gateway.site.values import IpNetwork
from gateway.site.zones import LanZone, TerminalZone


@dataclass(frozen=True, slots=True)
class Entry:
    """One host, or one system behind the line."""

    name: str
    addresses: tuple[str, ...]


def entries(site: Site, zone: Zone, lang: Lang) -> tuple[Entry, ...]:
    """Everyone the site file names in `zone`; the box itself is nobody's neighbour and has none."""
    match part(site, zone):
        case LanZone() as lan:
            return tuple(Entry(pc.name, _networks(pc.networks)) for pc in lan.receipt_pcs)
        case TerminalZone() as terminals:
            return tuple(Entry(one.name, tuple(map(str, one.addresses))) for one in terminals.terminals)
    return tuple(_beyond(site, zone, lang))


def _beyond(site: Site, zone: Zone, lang: Lang) -> Iterator[Entry]:
    systems = (
        ("claim system", "請求システム", site.claim_system),
        ("qualification system", "資格確認システム", site.qualification_system),
    )
    for en, ja, system in systems:
        if system and way_out(site) is zone:
            yield _system(ja if lang == "ja" else en, system)
    if zone is Zone.WAN and (far_ends := providers(site)):
        addresses = tuple(str(provider.address) for provider in far_ends)
        yield Entry("接続点（トンネル）" if lang == "ja" else "tunnel's far end", addresses)
    for update in site.updates:
        if update.via == zone:
            yield Entry(update.name, (*update.names, *_networks(update.networks)))
    if zone is Zone.WAN and site.lan_internet:
        yield Entry("インターネット" if lang == "ja" else "the Internet", ())


def _system(name: str, system: System) -> Entry:
    return Entry(name, _networks(system.networks))


def _networks(networks: tuple[IpNetwork, ...]) -> tuple[str, ...]:
    return tuple(str(one.network_address) if one.prefixlen == one.max_prefixlen else str(one) for one in networks)

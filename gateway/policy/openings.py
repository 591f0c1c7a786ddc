"""What the site file opens beside the layout's own sessions: updates, management, grants, segment services, lan's Internet."""

from collections.abc import Iterator

from gateway.policy.model import Flow, Granted, Reason, ServicePorts, When, Window
from gateway.policy.networks import EVERYWHERE, hosts, internet, merged, without
from gateway.policy.places import all_inside, initiators, inside, own, part, protected, providers, terminals, zone_of
from gateway.policy.services import ANYTHING, DNS, NTP, SSH, SYSLOG, declared
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Site
from gateway.site.openings import Day, Grant
from gateway.site.values import IpNetwork
from gateway.site.zones import Segment, TerminalZone, Use


def openings(site: Site) -> Iterator[Flow]:
    """Every opening of the site file, each off unless declared."""
    yield from _updates(site)
    yield from _segment_services(site)
    yield from _line_servers(site)
    yield from _management(site)
    yield from _grants(site)
    yield from _internet(site)


def _updates(site: Site) -> Iterator[Flow]:
    for update in site.updates:
        when: When = Window(update.hours, tuple(Day)) if update.hours else None
        for zone in TERMINAL_ZONES:
            sources = merged((*initiators(site, zone, Use.CLAIM), *initiators(site, zone, Use.QUALIFICATION)))
            if sources:
                yield Flow(
                    id=f"{zone}-{update.via}-update-{update.name}",
                    origin=zone,
                    target=Zone(update.via),
                    sources=sources,
                    destinations=merged(update.networks),
                    services=declared(update.services),
                    clauses=("C9", "C21") if zone is Zone.CLAIM else ("C10", "C21"),
                    why=Reason(
                        f"the terminal fetches patches and definitions from {update.name}, and from nowhere else",
                        f"端末が{update.name}からのみ修正プログラムと定義ファイルを取得する",
                    ),
                    when=when,
                    names=update.names,
                )


def _segment_services(site: Site) -> Iterator[Flow]:
    for zone in TERMINAL_ZONES:
        found = part(site, zone)
        serve = found.serve if isinstance(found, TerminalZone) else ()
        for name, services in ((Segment.DNS, DNS), (Segment.NTP, (NTP,))):
            if name in serve:
                yield Flow(
                    id=f"{zone}-gateway-{name}",
                    origin=zone,
                    target=Zone.GATEWAY,
                    sources=inside(site, zone),
                    destinations=own(site, zone),
                    services=services,
                    clauses=("C4",),
                    why=Reason(f"the box answers {name} for this segment", f"本装置がこのセグメントへ{name}を提供する"),
                )


def _line_servers(site: Site) -> Iterator[Flow]:
    """Names are forwarded to the servers the line tells of, where none is declared; which those are changes with the line."""
    wan = site.zones.wan
    serving = (part(site, zone) for zone in TERMINAL_ZONES)
    forwards = any(isinstance(found, TerminalZone) and Segment.DNS in found.serve for found in serving)
    if wan is None or not forwards or (site.management and site.management.dns):
        return
    assigned = [network for network in EVERYWHERE if network.version in wan.uplink.assigned]
    yield Flow(
        id="gateway-wan-line-dns",
        origin=Zone.GATEWAY,
        target=Zone.WAN,
        sources=merged(assigned),
        destinations=without(internet(), (*all_inside(site), *protected(site))),
        services=DNS,
        clauses=("C4",),
        why=Reason(
            "the box asks the name servers its line tells it of, for the segments it answers",
            "本装置が、回線から通知されたDNSサーバーへ端末の名前解決を取り次ぐ",
        ),
    )


def _management(site: Site) -> Iterator[Flow]:
    management = site.management
    if not management:
        return
    if management.ssh and site.zones.lan:
        yield Flow(
            id="lan-gateway-ssh",
            origin=Zone.LAN,
            target=Zone.GATEWAY,
            sources=merged(management.from_),
            destinations=own(site, Zone.LAN),
            services=(SSH,),
            clauses=("C20",),
            why=Reason(
                "the vendor maintains the box from declared addresses", "保守業者が届出の端末から装置を保守する"
            ),
        )
    servers: tuple[tuple[str, tuple[IpNetwork, ...], tuple[ServicePorts, ...]], ...] = (
        ("ntp", hosts(management.ntp), (NTP,)),
        ("dns", hosts(management.dns), DNS),
        ("syslog", hosts(management.syslog), SYSLOG),
    )
    for name, networks, services in servers:
        for zone in Zone:
            here = tuple(network for network in networks if zone_of(site, network.network_address) is zone)
            if here and part(site, zone) is not None:
                yield Flow(
                    id=f"gateway-{zone}-{name}",
                    origin=Zone.GATEWAY,
                    target=zone,
                    sources=own(site, zone),
                    destinations=here,
                    services=services,
                    clauses=("C20",),
                    why=Reason(
                        f"the box itself uses the declared {name} servers", f"装置自身が届出の{name}サーバーを使う"
                    ),
                )


def _grants(site: Site) -> Iterator[Flow]:
    for name, grant in site.grants.items():
        yield Flow(
            id=f"lan-{grant.to}-grant-{name}",
            origin=Zone.LAN,
            target=grant.to,
            sources=merged(grant.from_),
            destinations=_granted_destinations(site, grant),
            services=declared(grant.services),
            clauses=("C20",),
            why=Reason(
                f"a person may open this for a while with `grant {name}`",
                f"担当者が一時許可「{name}」で期限付きで開ける",
            ),
            when=Granted(name, grant.at_most),
        )


def _granted_destinations(site: Site, grant: Grant) -> tuple[IpNetwork, ...]:
    if grant.to is Zone.GATEWAY:
        return own(site, Zone.LAN)
    if grant.to is Zone.WAN:
        return _beyond(site)
    return merged((*terminals(site, grant.to, Use.CLAIM), *terminals(site, grant.to, Use.QUALIFICATION)))


def _internet(site: Site) -> Iterator[Flow]:
    if site.lan_internet and site.zones.lan and site.zones.wan:
        yield Flow(
            id="lan-wan-internet",
            origin=Zone.LAN,
            target=Zone.WAN,
            sources=inside(site, Zone.LAN),
            destinations=_beyond(site),
            services=ANYTHING,
            clauses=("C6",),
            why=Reason(
                "lan reaches the Internet over the same line, never the tunnel's networks",
                "LANは同じ回線でインターネットへ接続する。トンネルの先へは接続しない",
            ),
        )


def _beyond(site: Site) -> tuple[IpNetwork, ...]:
    """The Internet: everything but the site itself, what only the tunnel may reach, and the tunnel's far end."""
    far_ends = hosts(provider.address for provider in providers(site))
    systems = [system for system in (site.claim_system, site.qualification_system) if system]
    return without(
        internet(), (*all_inside(site), *protected(site), *far_ends, *(n for one in systems for n in one.networks))
    )

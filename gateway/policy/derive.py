"""Site → Policy: which sessions the notices allow this site to start (docs/layouts.md)."""

from collections.abc import Iterable, Iterator

from gateway.policy.model import Flow, Policy, Protocol, Reason, ServicePorts, Translation
from gateway.policy.networks import hosts, merged, of_family
from gateway.site.layout import Zone
from gateway.site.model import Service, Site
from gateway.site.values import IpAddress, IpNetwork, PortRange

SMB = ServicePorts(Protocol.TCP, PortRange(445, 445))
SSH = ServicePorts(Protocol.TCP, PortRange(22, 22))
NTP = ServicePorts(Protocol.UDP, PortRange(123, 123))
DNS = (ServicePorts(Protocol.UDP, PortRange(53, 53)), ServicePorts(Protocol.TCP, PortRange(53, 53)))
SYSLOG = (ServicePorts(Protocol.UDP, PortRange(514, 514)), ServicePorts(Protocol.TCP, PortRange(514, 514)))


def derive(site: Site) -> Policy:
    """The matrix of one site. Pure. Sites `support.unsupported` names parts of must not be enforced from it."""
    flows = [*_shared_folders(site), *_drop(site), *_claim_system(site), *_management(site)]
    return Policy(
        zones=tuple(zone for zone in Zone if zone is Zone.GATEWAY or _declared(site, zone)),
        networks=tuple((zone, networks) for zone in Zone if (networks := inside(site, zone))),
        flows=tuple(flow for flow in flows if flow.families),
        translations=tuple(_translations(site)),
    )


def inside(site: Site, zone: Zone) -> tuple[IpNetwork, ...]:
    """The prefixes of one inside zone; empty for the line's side and for the box."""
    match zone:
        case Zone.LAN if site.zones.lan:
            addresses = site.zones.lan.addresses
        case Zone.CLAIM if site.zones.claim:
            addresses = site.zones.claim.addresses
        case Zone.QUALIFICATION if site.zones.qualification:
            addresses = site.zones.qualification.addresses
        case _:
            return ()
    return merged(address.network for address in addresses)


def own(site: Site, zone: Zone) -> tuple[IpNetwork, ...]:
    """The box's own addresses in `zone`, as host networks."""
    part = getattr(site.zones, zone, None)
    return hosts(address.ip for address in part.addresses) if part else ()


def _declared(site: Site, zone: Zone) -> bool:
    return getattr(site.zones, zone, None) is not None


def _shared_folders(site: Site) -> Iterator[Flow]:
    lan, claim = site.zones.lan, site.zones.claim
    if lan and claim and site.lan_to_terminal == "shared-folder":
        yield Flow(
            id="lan-claim-share",
            origin=Zone.LAN,
            target=Zone.CLAIM,
            sources=_receipt_pcs(site),
            destinations=hosts(address for terminal in claim.terminals for address in terminal.addresses),
            services=(SMB,),
            clauses=("C1", "C5", "C13"),
            why=Reason(
                "the receipt PC opens the claim terminal's shared folder, and the session starts in lan",
                "レセコンから請求端末の共有フォルダを開く。セッションはLAN側から始まる",
            ),
        )
    if claim and site.relay:
        yield Flow(
            id="gateway-claim-share",
            origin=Zone.GATEWAY,
            target=Zone.CLAIM,
            sources=own(site, Zone.CLAIM),
            destinations=hosts([site.relay.terminal.smb.server]),
            services=(SMB,),
            clauses=("C2", "C3", "C13"),
            why=Reason(
                "the relay puts claim files into the terminal's folder and takes return files from it",
                "中継が端末の共有フォルダへ請求ファイルを置き、返戻ファイルを取得する",
            ),
        )


def _drop(site: Site) -> Iterator[Flow]:
    drop = site.relay.drop if site.relay else None
    if not drop or not site.zones.lan:
        return
    services = [SMB] if drop.smb else []
    if drop.sftp:
        services.append(ServicePorts(Protocol.TCP, PortRange(drop.sftp.port, drop.sftp.port)))
    if services:
        yield Flow(
            id="lan-gateway-drop",
            origin=Zone.LAN,
            target=Zone.GATEWAY,
            sources=_receipt_pcs(site),
            destinations=own(site, Zone.LAN),
            services=tuple(services),
            clauses=("C1", "C13"),
            why=Reason(
                "staff put claim files into the box's drop folder", "職員が装置の受け渡しフォルダへ請求ファイルを置く"
            ),
        )


def _claim_system(site: Site) -> Iterator[Flow]:
    claim = site.zones.claim
    if claim and site.claim_system and site.zones.wan:
        yield Flow(
            id="claim-wan-system",
            origin=Zone.CLAIM,
            target=Zone.WAN,
            sources=hosts(address for terminal in claim.terminals for address in terminal.addresses),
            destinations=merged(site.claim_system.networks),
            services=_services(site.claim_system.services),
            clauses=("C6", "C17"),
            why=Reason(
                "the claim terminal reaches the claim system over the closed line",
                "請求端末が閉域回線で請求システムへ接続する",
            ),
        )


def _management(site: Site) -> Iterator[Flow]:
    management, lan = site.management, site.zones.lan
    if not management or not lan:
        return
    if management.ssh:
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
    for name, servers, services in (
        ("ntp", management.ntp, (NTP,)),
        ("dns", management.dns, DNS),
        ("syslog", management.syslog, SYSLOG),
    ):
        for zone in Zone:
            here = [server for server in servers if _zone_of(site, server) is zone]
            if here:
                yield Flow(
                    id=f"gateway-{zone}-{name}",
                    origin=Zone.GATEWAY,
                    target=zone,
                    sources=own(site, zone),
                    destinations=hosts(here),
                    services=services,
                    clauses=("C20",),
                    why=Reason(
                        f"the box itself uses the declared {name} servers", f"装置自身が届出の{name}サーバーを使う"
                    ),
                )


def _translations(site: Site) -> Iterator[Translation]:
    lan, wan = site.zones.lan, site.zones.wan
    if lan and lan.translate_to_terminals:
        for zone in (Zone.CLAIM, Zone.QUALIFICATION):
            if _declared(site, zone):
                yield Translation(zone, of_family(inside(site, Zone.LAN), 4), ("C1",))
    if wan and wan.translate.ipv4 == "masquerade":
        terminals = (*inside(site, Zone.CLAIM), *inside(site, Zone.QUALIFICATION))
        yield Translation(Zone.WAN, of_family(terminals, 4), ("C6",))


def _zone_of(site: Site, address: IpAddress) -> Zone:
    return next(
        (zone for zone in Zone if any(address in network for network in inside(site, zone))),
        Zone.WAN,
    )


def _receipt_pcs(site: Site) -> tuple[IpNetwork, ...]:
    lan = site.zones.lan
    return merged(network for pc in lan.receipt_pcs for network in pc.networks) if lan else ()


def _services(services: Iterable[Service]) -> tuple[ServicePorts, ...]:
    """Sorted, with overlapping and touching ranges joined: interval sets refuse overlaps."""
    joined: list[ServicePorts] = []
    for one in sorted(ServicePorts(*_protocol_and_ports(service)) for service in services):
        last = joined[-1] if joined else None
        if last and last.protocol is one.protocol and one.ports.first <= last.ports.last + 1:
            joined[-1] = ServicePorts(last.protocol, PortRange(last.ports.first, max(last.ports.last, one.ports.last)))
        else:
            joined.append(one)
    return tuple(joined)


def _protocol_and_ports(service: Service) -> tuple[Protocol, PortRange]:
    if service.tcp is not None:
        return Protocol.TCP, service.tcp
    if service.udp is not None:
        return Protocol.UDP, service.udp
    raise ValueError("a service names exactly one protocol")

"""The sessions of the layouts themselves: shared folders, the relay, the systems behind the line, the tunnel."""

from collections.abc import Iterator

from gateway.policy.model import Flow, Reason, When, Window
from gateway.policy.networks import hosts, merged
from gateway.policy.places import holds_tunnel, initiators, own, providers, receipt_pcs, terminals, way_out
from gateway.policy.services import IKE, SMB, declared, tcp
from gateway.site.layout import Line, Zone
from gateway.site.model import Site
from gateway.site.openings import AccessHours
from gateway.site.zones import Use


def sessions(site: Site) -> Iterator[Flow]:
    """Everything a layout allows by itself, in the order people read it: from the receipt PC outwards."""
    yield from _claim_folder(site)
    yield from _qualification_folders(site)
    yield from _relay(site)
    yield from _drop(site)
    yield from _systems(site)
    yield from _tunnel(site)


def _claim_folder(site: Site) -> Iterator[Flow]:
    if not site.zones.lan or site.lan_to_terminal == "none":
        return
    when: When = Window(site.access.hours, site.access.days) if isinstance(site.access, AccessHours) else None
    yield Flow(
        id="lan-claim-share",
        origin=Zone.LAN,
        target=Zone.CLAIM,
        sources=receipt_pcs(site),
        destinations=terminals(site, Zone.CLAIM, Use.CLAIM),
        services=(SMB,),
        clauses=("C1", "C5", "C13") if when is None else ("C1", "C5", "C13", "C14"),
        why=Reason(
            "the receipt PC opens the claim terminal's shared folder, and the session starts in lan",
            "レセコンから請求端末の共有フォルダを開く。セッションはLAN側から始まる",
        ),
        when=when,
    )


def _qualification_folders(site: Site) -> Iterator[Flow]:
    """The receipt PC's link with the qualification system, whatever `lan_to_terminal` says of the claim folder."""
    if not site.zones.lan:
        return
    on_combined = site.layout.combined and site.lan_to_terminal == "none"
    if not on_combined and not site.layout.has_qualification_zone:
        return
    zone = Zone.QUALIFICATION if site.layout.has_qualification_zone else Zone.CLAIM
    yield Flow(
        id=f"lan-{zone}-folders",
        origin=Zone.LAN,
        target=zone,
        sources=receipt_pcs(site),
        destinations=terminals(site, zone, Use.QUALIFICATION),
        services=(SMB,),
        clauses=("C1", "C5", "C12"),
        why=Reason(
            "the receipt PC exchanges qualification requests and answers in the terminal's folders",
            "レセコンが資格確認の要求と回答を端末のフォルダで受け渡す",
        ),
    )


def _relay(site: Site) -> Iterator[Flow]:
    if site.relay and site.zones.claim:
        terminal = site.relay.terminal
        yield Flow(
            id="gateway-claim-share",
            origin=Zone.GATEWAY,
            target=Zone.CLAIM,
            sources=own(site, Zone.CLAIM),
            destinations=hosts([terminal.server]),
            services=(tcp(terminal.port),),
            clauses=("C2", "C3", "C13"),
            why=Reason(
                "the relay puts claim files into the terminal's folder and takes return files from it",
                "中継が端末の共有フォルダへ請求ファイルを置き、返戻ファイルを取得する",
            ),
        )


def _drop(site: Site) -> Iterator[Flow]:
    drop = site.relay.drop if site.relay else None
    if drop is None or not (drop.smb or drop.sftp):
        return
    services = ((SMB,) if drop.smb else ()) + ((tcp(drop.sftp.port),) if drop.sftp else ())
    yield Flow(
        id="lan-gateway-drop",
        origin=Zone.LAN,
        target=Zone.GATEWAY,
        sources=receipt_pcs(site),
        destinations=own(site, Zone.LAN),
        services=services,
        clauses=("C1", "C13"),
        why=Reason(
            "staff put claim files into the box's drop folder", "職員が装置の受け渡しフォルダへ請求ファイルを置く"
        ),
    )


def _systems(site: Site) -> Iterator[Flow]:
    out = way_out(site)
    if out is None:
        return
    at = Zone.QUALIFICATION if site.layout.has_qualification_zone else Zone.CLAIM
    for name, zone, use, system in (
        ("claim", Zone.CLAIM, Use.CLAIM, site.claim_system),
        ("qualification", at, Use.QUALIFICATION, site.qualification_system),
    ):
        if system:
            yield Flow(
                id=f"{zone}-{out}-{name}-system",
                origin=zone,
                target=out,
                sources=initiators(site, zone, use),
                destinations=merged(system.networks),
                services=declared(system.services),
                clauses=("C6", "C12", "C17"),
                why=_system_reason(site, name),
            )


def _system_reason(site: Site, name: str) -> Reason:
    ja = "請求" if name == "claim" else "資格確認"
    if site.layout.line is Line.IPSEC_CLIENT:
        return Reason(
            f"the terminal's own tunnel to the provider's gateway, towards the {name} system",
            f"端末自身のトンネルが事業者の接続点へ向かう（{ja}システム）",
        )
    way = "through the tunnel of this box" if holds_tunnel(site) else "over the closed line"
    way_ja = "本装置のトンネル" if holds_tunnel(site) else "閉域回線"
    return Reason(f"the terminal reaches the {name} system {way}", f"端末が{way_ja}で{ja}システムへ接続する")


def _tunnel(site: Site) -> Iterator[Flow]:
    far_ends = providers(site)
    if not far_ends:
        return
    yield Flow(
        id="gateway-wan-tunnel",
        origin=Zone.GATEWAY,
        target=Zone.WAN,
        sources=own(site, Zone.WAN),
        destinations=hosts(provider.address for provider in far_ends),
        services=IKE,
        clauses=("C17",),
        why=Reason(
            "the box holds the tunnel to the provider's gateway", "本装置が事業者の接続点とのトンネルを保持する"
        ),
        either_asks=True,
    )

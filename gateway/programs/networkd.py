"""Site → the files of systemd-networkd: a line that assigns addresses, and the segments its delegated prefix goes to. Pure.

One of the kernel and networkd hears routers: networkd, which asks for DHCPv6 what an advertisement leaves to it. The
kernel's `accept_ra` stays 0 (gateway/wiring/sysctls.py). A line says where the way out is and nothing about the inside:
more specific routes are not taken, be it by DHCP's option 121, by RFC 4191, or as a prefix that is said to be on the line.
What is static stays the wiring's, which `KeepConfiguration=static` tells networkd. Options: systemd.network(5), of
systemd 252.
"""

from collections.abc import Iterator

from gateway.policy.places import DELEGATED_HOST, delegated, part
from gateway.programs.model import File, lines
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.zones import Uplink, WanZone

PREFIX = "00-claim-gateway-"
"""Before everybody else's, for the first that names a port counts; and known as ours."""
_QUIET = ("LLMNR=no", "MulticastDNS=no", "LLDP=no", "EmitLLDP=no", "IPv6SendRA=no", "KeepConfiguration=static")


def network_files(site: Site) -> tuple[File, ...]:
    """One for each port on which the line decides; none where every address is declared."""
    wan = site.zones.wan
    if wan is None or not (wan.uplink.dhcp or wan.uplink.ra or wan.uplink.pd):
        return ()
    return (_file(Zone.WAN, _line(wan)), *(_file(zone, text) for zone, text in _segments(site, wan)))


def _file(zone: Zone, text: str) -> File:
    return File(f"{PREFIX}{zone}.network", text)


def _line(wan: WanZone) -> str:
    uplink = wan.uplink
    return lines(
        ("[Match]", f"Name={wan.port}"),
        (
            "[Network]",
            f"DHCP={_dhcp(uplink)}",
            f"IPv6AcceptRA={_word(uplink.ra or uplink.pd)}",
            "LinkLocalAddressing=ipv6",
            "IPv6PrivacyExtensions=no",
            *_QUIET,
        ),
        _dhcp4() if uplink.dhcp else (),
        _advertisements(uplink) if uplink.ra or uplink.pd else (),
        _dhcp6(uplink) if uplink.pd else (),
    )


def _dhcp(uplink: Uplink) -> str:
    match bool(uplink.dhcp), bool(uplink.pd):
        case True, True:
            return "yes"
        case True, False:
            return "ipv4"
        case False, True:
            return "ipv6"
        case _:
            return "no"


def _dhcp4() -> tuple[str, ...]:
    """RFC 2131. The card is the client's name, so that a box whose disk was replaced is the same to the carrier."""
    return (
        "[DHCPv4]",
        "ClientIdentifier=mac",
        "SendHostname=no",
        "UseHostname=no",
        "UseDomains=no",
        "UseTimezone=no",
        "UseRoutes=no",
        # A server's address may be any, one inside the site too: its route would lead that terminal's packets out.
        "RoutesToDNS=no",
        "RoutesToNTP=no",
        "UseGateway=yes",
        "UseDNS=yes",
        "UseNTP=yes",
    )


def _advertisements(uplink: Uplink) -> tuple[str, ...]:
    """RFC 4861. A carrier that delegates prefixes need not say so in its advertisements."""
    return (
        "[IPv6AcceptRA]",
        f"DHCPv6Client={'always' if uplink.pd else 'yes'}",
        "UseDomains=no",
        "UseRoutePrefix=no",
        # A prefix said to be on the line may be a part of any network. Neighbours there are reached through its router.
        "UseOnLinkPrefix=no",
        "UseDNS=yes",
    )


def _dhcp6(uplink: Uplink) -> tuple[str, ...]:
    """RFC 8415. It is asked for at once: some carriers advertise only to those who have a prefix.

    The card is the client's name here too (§11.4): some carriers answer to no other, and networkd's own dies with the disk.
    """
    length = uplink.pd.prefix_length if uplink.pd else 64
    return (
        "[DHCPv6]",
        "DUIDType=link-layer",
        "WithoutRA=solicit",
        f"PrefixDelegationHint=::/{length}",
        "UseHostname=no",
        "UseDomains=no",
        "UseDNS=yes",
        "UseNTP=yes",
    )


def _segments(site: Site, wan: WanZone) -> Iterator[tuple[Zone, str]]:
    """The box is `::1` of each segment's /64; networkd changes it with the prefix. Who tells the segment is dnsmasq."""
    for number, zone in enumerate(delegated(site)):
        found = part(site, zone)
        if found is not None:
            yield (
                zone,
                lines(
                    ("[Match]", f"Name={found.port}"),
                    (
                        "[Network]",
                        "DHCP=no",
                        "IPv6AcceptRA=no",
                        "DHCPPrefixDelegation=yes",
                        "LinkLocalAddressing=ipv6",
                        *_QUIET,
                    ),
                    (
                        "[DHCPPrefixDelegation]",
                        f"UplinkInterface={wan.port}",
                        f"SubnetId={number:#x}",
                        f"Token=::{DELEGATED_HOST:x}",
                        "Announce=no",
                    ),
                ),
            )


def _word(value: object) -> str:
    return "yes" if value else "no"

"""Site → one forwarder of names for each segment that is served DNS. Pure.

It reads what strangers' name servers send, so it is a process of its own whose only right is its port.
"""

from collections.abc import Iterator

from gateway.policy.places import part
from gateway.programs import dnsmasq
from gateway.programs.model import Service, lines, service_file
from gateway.site.layout import TERMINAL_ZONES
from gateway.site.model import Site
from gateway.site.zones import Segment, TerminalZone

LINE_SERVERS = "/run/claim-gateway-line/resolv.conf"
"""The name servers the line tells of; systemd/claim-gateway-line.service writes it whenever networkd learns others."""


def name_services(site: Site) -> Iterator[Service]:
    """One for each segment with `dns` among what it is served."""
    for zone in TERMINAL_ZONES:
        found = part(site, zone)
        if isinstance(found, TerminalZone) and Segment.DNS in found.serve:
            text = lines(dnsmasq.bound_to(str(found.port)), tuple(_forwarding(site)))
            yield Service(service_file("names", zone, text), dnsmasq.CHECK)


def _forwarding(site: Site) -> Iterator[str]:
    servers = site.management.dns if site.management else ()
    if servers:
        yield "no-resolv"
        yield from (f"server={server}" for server in servers)
    else:
        yield f"resolv-file={LINE_SERVERS}"
    # Private addresses and names of one word (wpad, a printer's) are nobody's to ask the line about (RFC 6303): whoever
    # answers there would be believed to be of this house.
    yield "bogus-priv"
    yield "domain-needed"
    yield "cache-size=1000"

"""Site → one chronyd for each segment that is served the time. Pure.

It never touches the box's clock (`chronyd -x`): it keeps the difference to the declared servers for itself and answers
with the time they have, so it needs no right to set anything. Options: chrony.conf(5), of 4.3.
"""

from collections.abc import Iterator

from gateway.policy.places import part
from gateway.programs.model import Service, lines, service_file
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Site
from gateway.site.zones import Segment, TerminalZone

PROGRAM = "/usr/sbin/chronyd"


def time_services(site: Site) -> Iterator[Service]:
    """One for each segment with `ntp` among what it is served."""
    for zone in TERMINAL_ZONES:
        found = part(site, zone)
        if isinstance(found, TerminalZone) and Segment.NTP in found.serve:
            file = service_file("time", zone, _configuration(site, zone, found))
            yield Service(file, (PROGRAM, "-U", "-p", "-f", "{}"))


def _configuration(site: Site, zone: Zone, segment: TerminalZone) -> str:
    # Who is bound to an address has one of each family; chrony knows no more.
    own = {one.version: one for one in reversed(segment.addresses)}
    return lines(
        tuple(f"server {server} iburst" for server in (site.management.ntp if site.management else ())),
        (
            f"binddevice {segment.port}",
            *(f"bindaddress {one.ip}" for one in own.values()),
            *(f"allow {one.network}" for one in segment.addresses),
            "ratelimit",
        ),
        ("cmdport 0", "bindcmdaddress /", f"pidfile /run/claim-gateway-time-{zone}/pid"),
    )

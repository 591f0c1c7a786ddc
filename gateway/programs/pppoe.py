"""Site → the options of the pppd that holds the line's PPPoE session (RFC 2516), where the box dials. Pure.

pppd makes the interface and its address and nothing else: the way out is the wiring's (gateway/wiring/part.py), so that no
provider's word ever moves a route. The account is not here: its unit makes a file of it that pppd alone reads. Options:
pppd(8), of 2.4.9.
"""

from collections.abc import Iterator

from gateway.policy.places import DIALLED_PORT
from gateway.programs.model import Service, lines, service_file
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.zones import Pppoe, WanZone

CHECK = ("/usr/sbin/pppoe-discovery", "-V")
"""Whether Debian's package ppp is there, asked of its smallest program: pppd wants more, before it says a word, than the
enforcer's unit allows (seccomp(2)), and reads its options only where the kernel has PPP."""
REDIAL_S = 10
"""Between two attempts. Carriers refuse an account for minutes that asks without a pause."""
ECHO_EVERY_S, ECHOES_LOST = 10, 3
"""A line that does not answer so many echoes is dialled anew (RFC 1661 §5.8)."""


def dial_services(site: Site) -> Iterator[Service]:
    """One where the box dials, none elsewhere."""
    wan = site.zones.wan
    if wan is not None and wan.uplink.pppoe is not None:
        yield Service(service_file("dial", Zone.WAN, _options(wan, wan.uplink.pppoe)), CHECK)


def _options(wan: WanZone, account: Pppoe) -> str:
    return lines(
        # The unit's own line: claim-gateway-dial makes the account of it.
        (f"# password_file {account.password_file}",),
        ("plugin pppoe.so", f"nic-{wan.port}", f"ifname {DIALLED_PORT}", f"mtu {account.mtu}", f"mru {account.mtu}"),
        (f"user {_quoted(account.user)}", "noauth", "hide-password", "refuse-eap", "refuse-mschap", "refuse-mschap-v2"),
        ("noipdefault", "nodefaultroute", "noproxyarp", "noipv6", "usepeerdns"),
        ("nodetach", "persist", "maxfail 0", f"holdoff {REDIAL_S}"),
        (f"lcp-echo-interval {ECHO_EVERY_S}", f"lcp-echo-failure {ECHOES_LOST}"),
        # What a modem's line needed. Ethernet has none of it, and a peer that asks for it is not believed.
        ("noccp", "novj", "noaccomp", "nopcomp", "nomp", "default-asyncmap"),
    )


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

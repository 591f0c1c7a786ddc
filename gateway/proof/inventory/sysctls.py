"""Kernel settings the theorems stand on (ip-sysctl, nf_conntrack-sysctl in the kernel's documentation)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.proof.inventory.asking import NotObserved
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, Theorem
from gateway.site.layout import Zone

ROOT = Path("/proc/sys/net")
_OFF, _ON = "0", "1"
_ALL = "all"


@dataclass(frozen=True, slots=True)
class Demand:
    """A setting's only right value. A kernel without the setting has nothing to get wrong."""

    setting: str
    value: str
    why: str
    theorem: Theorem


_ALONE = (
    Demand("ipv4/ip_forward", _ON, "the box forwards no IPv4 at all", Theorem.T5),
    Demand("ipv6/conf/all/forwarding", _ON, "the box forwards no IPv6 at all", Theorem.T5),
    Demand("netfilter/nf_conntrack_tcp_loose", _OFF, "a mid-stream packet would open a session", Theorem.T3),
    Demand(
        "netfilter/nf_conntrack_tcp_be_liberal", _OFF, "packets out of the window would count as answers", Theorem.T3
    ),
    Demand("netfilter/nf_conntrack_helper", _OFF, "a helper would be given to sessions by port alone", Theorem.T2),
)
_EACH = (
    Demand("ipv4/conf/{}/proxy_arp", _OFF, "the box would answer for hosts of another segment", Theorem.T7),
    Demand("ipv4/conf/{}/proxy_arp_pvlan", _OFF, "the box would answer for hosts of the same segment", Theorem.T7),
    Demand("ipv6/conf/{}/proxy_ndp", _OFF, "the box would answer for hosts of another segment", Theorem.T7),
    Demand("ipv4/conf/{}/arp_ignore", "1", "the box would answer ARP for addresses of its other ports", Theorem.T7),
    Demand("ipv4/conf/{}/accept_local", _OFF, "packets under the box's own addresses would be believed", Theorem.T7),
    Demand("ipv4/conf/{}/route_localnet", _OFF, "loopback addresses would be reachable from outside", Theorem.T7),
    Demand("ipv4/conf/{}/accept_source_route", _OFF, "a sender could choose the way past the routes", Theorem.T7),
    Demand("ipv6/conf/{}/accept_source_route", _OFF, "a sender could choose the way past the routes", Theorem.T7),
    Demand("ipv6/conf/{}/seg6_enabled", _OFF, "a sender could choose the way past the routes", Theorem.T7),
    Demand("ipv6/conf/{}/rpl_seg_enabled", _OFF, "a sender could choose the way past the routes", Theorem.T7),
    Demand("ipv4/conf/{}/accept_redirects", _OFF, "a neighbour could change the box's routes", Theorem.T7),
    Demand("ipv6/conf/{}/accept_redirects", _OFF, "a neighbour could change the box's routes", Theorem.T7),
    Demand("ipv4/conf/{}/send_redirects", _OFF, "hosts would be told of a way past the box", Theorem.T7),
    Demand("ipv4/conf/{}/bc_forwarding", _OFF, "broadcasts would be carried into another segment", Theorem.T4),
    Demand("ipv4/conf/{}/mc_forwarding", _OFF, "a multicast router carries packets between segments", Theorem.T4),
    Demand("ipv6/conf/{}/mc_forwarding", _OFF, "a multicast router carries packets between segments", Theorem.T4),
    Demand("mpls/conf/{}/input", _OFF, "labelled packets are forwarded beside the rules", Theorem.T1),
)
_NO_RA = Demand("ipv6/conf/{}/accept_ra", _OFF, "a host there could become the box's router", Theorem.T7)
_PORT_FORWARDS = Demand("ipv4/conf/{}/forwarding", _ON, "the box forwards no IPv4 from this port", Theorem.T5)
_READ_ONLY = ("mc_forwarding",)
"""Switched by a multicast routing daemon, not by writing."""

_RP_FILTER, _VALID_MARK = "ipv4/conf/{}/rp_filter", "ipv4/conf/{}/src_valid_mark"

Settings = Mapping[str, str]
"""Values by path under /proc/sys/net."""


def read(ports: Iterable[str]) -> Settings:
    """Every setting that is judged, for `all` and these ports, as far as the kernel has it. Raises NotObserved."""
    found = {}
    for path in sorted(_asked((_ALL, *ports))):
        try:
            found[path] = (ROOT / path).read_text().strip()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise NotObserved(f"{ROOT / path}: {error.strerror}. is this run as root?") from error
    return found


def _asked(names: Iterable[str]) -> set[str]:
    each = {pattern.format(name) for name in names for pattern in _PATTERNS}
    return each | {demand.setting for demand in _ALONE}


_PATTERNS = (*(demand.setting for demand in (*_EACH, _NO_RA, _PORT_FORWARDS)), _RP_FILTER, _VALID_MARK)


def judge(found: Settings, site: Surroundings) -> Iterator[Finding]:
    """Each setting alone, then the one pair that matters together."""
    for path, demand in _demands(site):
        value = found.get(path, demand.value)
        if value != demand.value:
            yield _finding(path, value, demand)
    for port in site.ports.values():
        filtered = max(_number(found, _RP_FILTER, _ALL), _number(found, _RP_FILTER, port))
        marked = max(_number(found, _VALID_MARK, _ALL), _number(found, _VALID_MARK, port))
        if filtered and not marked:
            path = _VALID_MARK.format(port)
            why = "the reverse path filter carries no mark, meets the guard, and drops every packet"
            yield _finding(path, _OFF, Demand(path, _ON, why, Theorem.T5))


def _demands(site: Surroundings) -> Iterator[tuple[str, Demand]]:
    yield from ((demand.setting, demand) for demand in _ALONE)
    for name in (_ALL, *site.ports.values()):
        yield from ((demand.setting.format(name), demand) for demand in _EACH)
    for zone, port in site.ports.items():
        yield _PORT_FORWARDS.setting.format(port), _PORT_FORWARDS
        if not (zone is Zone.WAN and site.policy.hears_routers):
            yield _NO_RA.setting.format(port), _NO_RA


def _number(found: Settings, pattern: str, name: str) -> int:
    text = found.get(pattern.format(name), _OFF)
    return int(text) if text.isdecimal() else 0


def _finding(path: str, value: str, demand: Demand) -> Finding:
    mend = f"write {demand.value} to {ROOT / path}, and find out who changed it"
    return Finding(
        "kernel setting",
        f"{path} is {value}, not {demand.value}",
        demand.why,
        "stop the multicast routing daemon" if path.endswith(_READ_ONLY) else mend,
        demand.theorem,
        Answer.DISPROVED,
    )

"""Connections the kernel tracks: those the policy does not allow are ended, all others live on.

The rules ask every packet of an established session again, so a session that lost its permission is cut by them. What a
rule cannot do is forget: a door that opens anew would let an old entry resume. Hence the purge, by conntrack(8), since
reading the table through pyroute2 took 1.7 s for 3,000 entries and conntrack takes 0.03.
"""

import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from pyroute2 import IPRoute

from gateway.enforcer.errors import PurgeError
from gateway.enforcer.in_force import in_force
from gateway.firewall.observed import Observed
from gateway.policy.model import Policy, Protocol, Session, verdict
from gateway.site.layout import Zone
from gateway.site.values import IpAddress

CONNTRACK = "conntrack"
PATIENCE_S = 10.0
_ENTRY = re.compile(
    r"ipv[46] +\d+ +(?P<protocol>\S+) +(?P<number>\d+) .*?src=(?P<source>\S+) dst=(?P<destination>\S+)"
    r"(?: sport=(?P<sport>\d+) dport=(?P<dport>\d+))?"
)
_UNANSWERED = "[UNREPLIED]"
_PROTOCOLS = {
    "6": Protocol.TCP,
    "17": Protocol.UDP,
    "50": Protocol.ESP,
    "1": Protocol.ICMP_ECHO,
    "58": Protocol.ICMP_ECHO,
}
"""By IANA protocol number; another protocol's session is in no policy."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The original direction of one entry: who began it. Ports are None where the protocol has none.

    `answered` is whether anything ever came back.
    """

    number: int
    source: IpAddress
    destination: IpAddress
    client_port: int | None
    port: int | None
    answered: bool = True

    @property
    def protocol(self) -> Protocol | None:
        """None for one that no policy knows."""
        return _PROTOCOLS.get(str(self.number))


def read(listing: str) -> tuple[Connection, ...]:
    """What `conntrack -L -o extended` printed."""
    return tuple(
        _read(found, answered=_UNANSWERED not in line) for line in listing.splitlines() if (found := _ENTRY.match(line))
    )


def _read(found: re.Match[str], *, answered: bool) -> Connection:
    sport, dport = (None if found[name] is None else int(found[name]) for name in ("sport", "dport"))
    return Connection(
        int(found["number"]), ip_address(found["source"]), ip_address(found["destination"]), sport, dport, answered
    )


def refused(policy: Policy, connections: Iterable[Connection], own: frozenset[IpAddress]) -> tuple[Connection, ...]:
    """Those that `policy`, one without conditions, does not allow. Pure. `own` are the box's addresses.

    What the box says to itself is nobody's business.
    """
    return tuple(
        one
        for one in connections
        if not (one.source in own and one.destination in own) and not _allowed(policy, one, own)
    )


def _allowed(policy: Policy, one: Connection, own: frozenset[IpAddress]) -> bool:
    if one.protocol is None:
        return False
    port = one.port if one.protocol in (Protocol.TCP, Protocol.UDP) else None
    return any(
        verdict(policy, Session(origin, target, one.source, one.destination, one.protocol, port))
        for origin in _zones(policy, one.source, own)
        for target in _zones(policy, one.destination, own)
    )


def _zones(policy: Policy, address: IpAddress, own: frozenset[IpAddress]) -> tuple[Zone, ...]:
    """Where an address may be. Beyond the declared prefixes: on the line, behind the tunnel, or where the line delegates."""
    if address in own:
        return (Zone.GATEWAY,)
    for zone, networks in policy.networks:
        if any(address in network for network in networks):
            return (zone,)
    line = tuple(zone for zone in (Zone.WAN, Zone.TUNNEL) if zone in policy.zones)
    return (*line, *policy.delegated) if address.version == 6 else line


def purge(policy: Policy, live: Observed) -> int:
    """End what `policy` does not allow at this moment. Returns how many. Raises PurgeError."""
    listing = _conntrack("-L", "-o", "extended")
    gone = refused(in_force(policy, live.sets), read(listing), own_addresses())
    if gone:
        # One process for all of them: a thousand would take seconds.
        with tempfile.NamedTemporaryFile("w", prefix="claim-gateway-purge-") as batch:
            batch.writelines(f"{line}\n" for line in map(_deletion, gone))
            batch.flush()
            _conntrack("--load-file", batch.name)
    return len(gone)


def tracked() -> tuple[Connection, ...]:
    """Every session the kernel knows of. Raises PurgeError if conntrack(8) cannot be asked."""
    return read(_conntrack("-L", "-o", "extended"))


def own_addresses() -> frozenset[IpAddress]:
    """Every address of the box in this network namespace."""
    with IPRoute() as ip:
        return frozenset(_addresses(ip))


def _addresses(ip: IPRoute) -> Iterator[IpAddress]:
    for message in ip.get_addr():
        attributes = dict(message["attrs"])
        yield ip_address(attributes.get("IFA_LOCAL") or attributes["IFA_ADDRESS"])


def _deletion(one: Connection) -> str:
    words = ["-D", "-f", f"ipv{one.source.version}", "-p", str(one.number)]
    words += ["-s", str(one.source), "-d", str(one.destination)]
    if one.protocol in (Protocol.TCP, Protocol.UDP):
        words += ["--sport", str(one.client_port), "--dport", str(one.port)]
    return " ".join(words)


def _conntrack(*words: str) -> str:
    try:
        done = subprocess.run((CONNTRACK, *words), capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    except FileNotFoundError as error:
        raise PurgeError("the program conntrack is missing. install the Debian package conntrack") from error
    except subprocess.TimeoutExpired as error:
        raise PurgeError(f"conntrack did not end within {PATIENCE_S:g} s") from error
    # 1 alone says that what was to be deleted had ended by itself; a refusal comes with words.
    if done.returncode > 1 or "Operation failed" in done.stderr:
        raise PurgeError(
            f"conntrack: {done.stderr.strip().splitlines()[0] if done.stderr.strip() else done.returncode}"
        )
    return done.stdout

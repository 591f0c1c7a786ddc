"""Programs that wait for sessions on the box.

One that no flow leads to is out of reach (T4), and worth a note: only the rules keep it from being a relay nobody declared.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from gateway.policy.model import Flow, Protocol
from gateway.proof.inventory.asking import NotObserved, lines
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, Theorem
from gateway.site.layout import Zone
from gateway.site.values import IpAddress
from gateway.site.zones import Segment

_WAITS = {"tcp": "0A", "udp": "07"}  # TCP_LISTEN, and TCP_CLOSE as an unconnected UDP socket shows; net/tcp_states.h
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_DHCP_CLIENT, _DHCP_SERVER = (68, 546), (67,)  # RFC 2131 §4.1, RFC 8415 §7.2
_IKE = (500, 4500)  # RFC 7296 §2, RFC 3948


@dataclass(frozen=True, slots=True, order=True)
class Listener:
    """A socket that waits. `address` is unspecified (0.0.0.0, ::) where it waits on every address of the box."""

    protocol: Protocol
    address: IpAddress
    port: int
    uid: int


def read() -> tuple[Listener, ...]:
    """TCP listeners, and UDP sockets below the ephemeral ports: those above are questions' own. Raises NotObserved."""
    try:
        first_ephemeral = int(_EPHEMERAL.read_text().split()[0])
    except (OSError, ValueError) as error:
        raise NotObserved(f"{_EPHEMERAL} cannot be read. is /proc mounted?") from error
    found = [
        one
        for protocol in (Protocol.TCP, Protocol.UDP)
        for suffix in ("", "6")
        for one in parse(lines(f"{protocol}{suffix}"), protocol)
        if protocol is Protocol.TCP or one.port < first_ephemeral
    ]
    return tuple(sorted(set(found), key=lambda one: (one.protocol, one.port, one.address.version, int(one.address))))


def parse(text: Iterable[str], protocol: Protocol) -> Iterator[Listener]:
    """From /proc/net/tcp, tcp6, udp and udp6 (proc(5)); addresses are 32-bit words in the machine's order."""
    for line in text:
        words = line.split()
        if len(words) > 7 and words[3] == _WAITS[protocol]:
            address, _, port = words[1].partition(":")
            yield Listener(protocol, _address(address), int(port, 16), int(words[7]))


def _address(text: str) -> IpAddress:
    # Both architectures a box may have are little-endian.
    words = b"".join(bytes.fromhex(text[start : start + 8])[::-1] for start in range(0, len(text), 8))
    return IPv4Address(words) if len(words) == 4 else _plain(IPv6Address(words))


def _plain(address: IPv6Address) -> IpAddress:
    return address.ipv4_mapped or address


def judge(found: Iterable[Listener], site: Surroundings) -> Iterator[Finding]:
    """Loopback is free; elsewhere a flow to the box must lead to the very port, or a part of the network needs it."""
    for one in found:
        if one.address.is_loopback or _needed(one, site) or any(_leads(flow, one) for flow in site.policy.flows):
            continue
        yield Finding(
            "listener",
            f"a program of user {one.uid} waits on {one.protocol} {one.address} port {one.port}",
            "no flow of the site leads there: only the rules keep sessions from it, which it could carry on to another zone",
            f"stop it (ss --listening --processes 'sport = {one.port}' names it), or bind it to loopback",
            Theorem.T6,
            Answer.PROVED,
        )


def _leads(flow: Flow, one: Listener) -> bool:
    if flow.target is not Zone.GATEWAY:
        return False
    serves = any(
        service.protocol is one.protocol and service.ports and service.ports.first <= one.port <= service.ports.last
        for service in flow.services
    )
    return serves and (one.address.is_unspecified or any(one.address in network for network in flow.destinations))


def _needed(one: Listener, site: Surroundings) -> bool:
    if one.protocol is not Protocol.UDP:
        return False
    serves = any(service is Segment.DHCP for _, service in site.policy.served)
    return (
        (site.policy.asks_dhcp and one.port in _DHCP_CLIENT)
        or (serves and one.port in _DHCP_SERVER)
        or (site.holds_tunnel() and one.port in _IKE)
    )

"""Services as a site file declares them, and the well-known ones a layout needs."""

from collections.abc import Iterable

from gateway.policy.model import Protocol, ServicePorts
from gateway.site.openings import Service
from gateway.site.values import PortRange


def tcp(port: int) -> ServicePorts:
    """One TCP port."""
    return ServicePorts(Protocol.TCP, PortRange(port, port))


def udp(port: int) -> ServicePorts:
    """One UDP port."""
    return ServicePorts(Protocol.UDP, PortRange(port, port))


SMB = tcp(445)
SSH = tcp(22)
DNS = (tcp(53), udp(53))
NTP = udp(123)
SYSLOG = (tcp(514), udp(514))
IKE = (udp(500), udp(4500), ServicePorts(Protocol.ESP))
"""Key exchange, its form behind a translator, and the packets themselves (RFC 7296 §2, RFC 3948, RFC 4303)."""
ANYTHING = tuple(ServicePorts(protocol, PortRange(1, 65_535)) for protocol in (Protocol.TCP, Protocol.UDP))


def declared(services: Iterable[Service]) -> tuple[ServicePorts, ...]:
    """Sorted, with overlapping and touching ranges joined: interval sets refuse overlaps."""
    joined: list[ServicePorts] = []
    for one in sorted(map(_read, services), key=_order):
        last = joined[-1] if joined else None
        if last and last.protocol is one.protocol and last.ports and one.ports:
            if one.ports.first <= last.ports.last + 1:
                joined[-1] = ServicePorts(
                    last.protocol, PortRange(last.ports.first, max(last.ports.last, one.ports.last))
                )
                continue
        elif last == one:
            continue
        joined.append(one)
    return tuple(joined)


def _read(service: Service) -> ServicePorts:
    if service.tcp is not None:
        return ServicePorts(Protocol.TCP, service.tcp)
    if service.udp is not None:
        return ServicePorts(Protocol.UDP, service.udp)
    return ServicePorts(Protocol.ESP)


def _order(service: ServicePorts) -> tuple[str, int, int]:
    return service.protocol, service.ports.first if service.ports else 0, service.ports.last if service.ports else 0

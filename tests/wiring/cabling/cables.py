"""A box of which every port has a cable, and the other ends of the cables in a second namespace, where frames are made."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address

from pyroute2 import IPRoute

from gateway.twin.namespace import Namespace, twin_name

PORTS = ("eth0", "eth1", "eth2")
"""wan, lan and claim of configs/ip-vpn-claim.yaml."""
STRANGER = "02:00:00:00:00:99"


class Cables:
    """`box` has PORTS; `out-PORT` is the other end of each, in `outside`."""

    def __init__(self, box: Namespace, outside: Namespace) -> None:
        self.box, self.outside = box, outside

    def pull(self, port: str) -> None:
        self.outside.call(_set, f"out-{port}", "down")

    def plug(self, port: str) -> None:
        self.outside.call(_set, f"out-{port}", "up")

    def send(self, port: str, *frames: bytes) -> None:
        """Into the box, at this port."""
        self.outside.call(_send, f"out-{port}", frames)


@contextmanager
def cables(*, up: bool = True) -> Iterator[Cables]:
    name = twin_name()
    box = Namespace(f"{name}-box")
    outside = Namespace(f"{name}-outside")
    try:
        box.call(_wire, outside.name, up)
        yield Cables(box, outside)
    finally:
        outside.close()
        box.close()


def _wire(outside: str, up: bool) -> None:
    with IPRoute() as ip:
        for number, port in enumerate(PORTS):
            peer = {"ifname": f"out-{port}", "net_ns_fd": outside}
            ip.link("add", ifname=port, kind="veth", address=f"02:00:00:00:01:{number:02x}", peer=peer)
            if up:
                ip.link("set", ifname=port, state="up")
    with IPRoute(netns=outside) as ip:
        for port in PORTS:
            ip.link("set", ifname=f"out-{port}", state="up")


def _set(port: str, state: str) -> None:
    with IPRoute() as ip:
        ip.link("set", ifname=port, state=state)


def _send(port: str, frames: tuple[bytes, ...]) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as line:
        line.bind((port, 0))
        for frame in frames:
            line.send(frame)


def ethernet(kind: int, body: bytes, *, mac: str = STRANGER, to: str = "ff:ff:ff:ff:ff:ff") -> bytes:
    return _mac(to) + _mac(mac) + kind.to_bytes(2) + body


def arp(address: str, *, mac: str = STRANGER) -> bytes:
    """Somebody with this address asks for another."""
    sender = _mac(mac) + IPv4Address(address).packed
    return ethernet(
        0x0806, bytes.fromhex("0001080006040001") + sender + bytes(6) + IPv4Address("192.0.2.1").packed, mac=mac
    )


def neighbour_advertisement(address: str, *, mac: str = STRANGER) -> bytes:
    return _icmpv6(136, bytes(7) + IPv6Address(address).packed, address, mac)


def neighbour_solicitation(source: str, *, mac: str = STRANGER) -> bytes:
    return _icmpv6(135, bytes(7) + IPv6Address("2001:db8::1").packed, source, mac)


def router_advertisement(*, mac: str = STRANGER) -> bytes:
    return _icmpv6(134, bytes(15), "fe80::99", mac)


def _icmpv6(kind: int, rest: bytes, source: str, mac: str, hop_limit: int = 255) -> bytes:
    message = bytes([kind]) + rest
    header = bytes.fromhex("60000000") + len(message).to_bytes(2) + bytes([58, hop_limit])
    addresses = ip_address(source).packed + IPv6Address("ff02::1").packed
    return ethernet(0x86DD, header + addresses + message, mac=mac, to="33:33:00:00:00:01")


def dhcp_offer(*, mac: str = STRANGER, server_port: int = 67) -> bytes:
    udp = server_port.to_bytes(2) + (68).to_bytes(2) + bytes(4) + bytes([2]) + bytes(300)
    header = bytes.fromhex("4500") + (20 + len(udp)).to_bytes(2) + bytes(4) + bytes([64, 17, 0, 0])
    addresses = IPv4Address("192.168.20.254").packed + IPv4Address("255.255.255.255").packed
    return ethernet(0x0800, header + addresses + udp, mac=mac)


def tlv(kind: int, value: bytes) -> bytes:
    return (kind << 9 | len(value)).to_bytes(2) + value


CHASSIS, PORT_ID, TTL, END = tlv(1, b"\x04" + bytes(6)), tlv(2, b"\x05Gi0/7"), tlv(3, b"\x00\x78"), tlv(0, b"")


def lldp(*more: bytes) -> bytes:
    """A switch called SW1 at its port Gi0/7."""
    body = CHASSIS + PORT_ID + TTL + tlv(5, b"SW1") + b"".join(more) + END
    return ethernet(0x88CC, body, to="01:80:c2:00:00:0e")


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_address

import pytest

from gateway.enforcer.watch.nflog import Dropped, listen, parse
from gateway.firewall.nft import Nft
from gateway.twin.namespace import Namespace

RULES = """table inet t {
  chain c {
    type filter hook input priority 0; policy accept;
    meta l4proto { tcp, udp, icmp, ipv6-icmp } limit rate 50/second log prefix "lan>claim " group 5
    drop
  }
}"""
SECRET = b"00000000000012345678"


@contextmanager
def logged(namespace: Namespace) -> Iterator[socket.socket]:
    def begin() -> socket.socket:
        with Nft() as nft:
            nft.run(RULES)
        heard = listen()
        heard.settimeout(5)
        return heard

    with closing(namespace.call(begin)) as heard:
        yield heard


def send(family: socket.AddressFamily, kind: socket.SocketKind, to: tuple[str, int]) -> None:
    with socket.socket(family, kind) as sender:
        sender.setblocking(False)
        if kind is socket.SOCK_DGRAM:
            sender.sendto(SECRET, to)
        else:
            sender.connect_ex(to)


@pytest.mark.root
@pytest.mark.parametrize(
    ("family", "kind", "to", "service"),
    [
        (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.9", 53), "udp/53"),
        (socket.AF_INET6, socket.SOCK_DGRAM, ("::1", 137), "udp/137"),
        (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.9", 445), "tcp/445"),
        (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 445), "tcp/445"),
    ],
    ids=["udp4", "udp6", "tcp4", "tcp6"],
)
def test_a_dropped_packet_is_told_by_its_ends_and_service(
    namespace: Namespace, family: socket.AddressFamily, kind: socket.SocketKind, to: tuple[str, int], service: str
) -> None:
    with logged(namespace) as heard:
        namespace.call(send, family, kind, to)
        (dropped,) = namespace.call(lambda: list(parse(heard.recv(65_536))))

    source = ip_address("::1" if family == socket.AF_INET6 else "127.0.0.1")
    assert dropped == Dropped("lan>claim", "lo", source, ip_address(to[0]), service)


@pytest.mark.root
def test_the_kernel_hands_over_headers_only(namespace: Namespace) -> None:
    with logged(namespace) as heard, socket.socket(socket.AF_INET, socket.SOCK_DGRAM):
        namespace.call(send, socket.AF_INET6, socket.SOCK_DGRAM, ("::1", 137))
        datagram = heard.recv(65_536)

    assert SECRET not in datagram


@pytest.mark.root
def test_the_group_has_one_reader(namespace: Namespace) -> None:
    with logged(namespace), pytest.raises(OSError, match="not permitted"):
        namespace.call(listen)


@pytest.mark.parametrize("length", range(0, 120, 3))
def test_what_is_cut_off_or_forged_tells_nothing(length: int) -> None:
    packet = bytes.fromhex("45000028 0001 0000 40 06 0000 c0000201 c0000202") + bytes(20)
    attributes = bytes.fromhex("0800 0100 0800 0300") + (4 + len(packet)).to_bytes(2, "little") + b"\x09\0" + packet
    whole = (
        (20 + len(attributes)).to_bytes(4, "little")
        + bytes.fromhex("0004 0000 00000000 00000000 02000005")
        + attributes
    )

    assert [one.service for one in parse(whole)] == ["tcp/0"]
    assert len(list(parse(whole[:length]))) == (length >= len(whole))
    assert list(parse(bytes(length))) == []


def test_a_later_fragment_has_no_service_port() -> None:
    packet = bytes.fromhex("45000028 0001 00ff 40 06 0000 c0000201 c0000202") + bytes(20)
    attributes = bytes.fromhex("0800 0100 0800 0300") + (4 + len(packet)).to_bytes(2, "little") + b"\x09\0" + packet
    whole = (
        (20 + len(attributes)).to_bytes(4, "little")
        + bytes.fromhex("0004 0000 00000000 00000000 02000005")
        + attributes
    )

    assert [one.service for one in parse(whole)] == ["tcp"]

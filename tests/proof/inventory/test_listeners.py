import socket
from contextlib import closing
from ipaddress import ip_address

import pytest

from gateway.policy.derive import derive
from gateway.policy.model import Protocol
from gateway.proof.inventory.listeners import Listener, judge, parse
from gateway.proof.inventory.surroundings import Surroundings, surroundings
from gateway.proof.model import Answer, Theorem
from gateway.site.layout import Layout
from tests.policy.sites import site_of
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root

EVERYWHERE = "0.0.0.0"  # noqa: S104 -- in a namespace of its own
FOREIGN = ("listener", Theorem.T6, Answer.PROVED)


def listen(address: str, port: int, kind: socket.SocketKind) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    made.bind((address, port))
    if kind is socket.SOCK_STREAM:
        made.listen()
    return made


@pytest.mark.parametrize(
    ("address", "port", "kind"),
    [
        ("192.168.20.1", 8080, socket.SOCK_STREAM),
        (EVERYWHERE, 8080, socket.SOCK_STREAM),
        ("::", 8080, socket.SOCK_STREAM),
        ("192.168.20.1", 53, socket.SOCK_DGRAM),
    ],
)
def test_a_program_no_flow_leads_to_is_seen(box: Box, address: str, port: int, kind: socket.SocketKind) -> None:
    with closing(box.call(listen, address, port, kind)):
        assert box.found() == {FOREIGN}


@pytest.mark.parametrize(
    ("address", "port", "kind"),
    [
        ("127.0.0.1", 8080, socket.SOCK_STREAM),
        ("::1", 8080, socket.SOCK_STREAM),
        ("192.168.20.1", 50_000, socket.SOCK_DGRAM),
    ],
)
def test_loopback_and_the_ports_of_questions_are_free(
    box: Box, address: str, port: int, kind: socket.SocketKind
) -> None:
    with closing(box.call(listen, address, port, kind)):
        assert box.found() == set()


def managed() -> Surroundings:
    site = site_of(Layout.IP_VPN_CLAIM, management={"from": ["192.168.10.250"], "ssh": True})
    return surroundings(site, derive(site))


@pytest.mark.parametrize(
    ("address", "foreign"), [(EVERYWHERE, False), ("192.168.10.1", False), ("192.168.20.1", True), ("::", False)]
)
def test_where_a_flow_leads_its_program_may_wait(address: str, *, foreign: bool) -> None:
    one = Listener(Protocol.TCP, ip_address(address), 22, 0)
    assert bool(list(judge((one,), managed()))) is foreign


def test_addresses_are_read_from_the_kernels_words() -> None:
    heads = ("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",)
    tail = "00000000:00000000 00:00000000 00000000  1000        0 12345"
    lines = (
        *heads,
        f"   0: 0114A8C0:1F90 00000000:0000 0A {tail}",
        f"   1: B80D0120000020000000000001000000:0016 {'0' * 32}:0000 0A {tail}",
        f"   2: 0000000000000000FFFF00000114A8C0:1F91 {'0' * 32}:0000 0A {tail}",
        f"   3: 0114A8C0:1F92 0A0A0A0A:0001 01 {tail}",
    )
    assert [(str(one.address), one.port, one.uid) for one in parse(lines, Protocol.TCP)] == [
        ("192.168.20.1", 8080, 1000),
        ("2001:db8:20::1", 22, 1000),
        ("192.168.20.1", 8081, 1000),
    ]

"""Real sessions under the policy: where it lets them live they live, and what closed is cut with nobody there to cut it."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread

import pytest
from pyroute2 import IPRoute
from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import ICMPv6TimeExceeded, IPv6

from gateway.enforcer.transaction import desire
from gateway.firewall.nft import Nft
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.values import Family
from gateway.twin.build import Twin
from gateway.twin.namespace import Namespace
from gateway.twin.samples import CONFIGS

pytestmark = pytest.mark.root

TERMINAL: dict[Family, str] = {4: "192.168.20.10", 6: "2001:db8:20::10"}
CLAIM_SYSTEM: dict[Family, str] = {4: "203.0.113.1", 6: "2001:db8:c::1"}
PATIENCE_S = 3.0
SILENCE_S = 0.5
FAMILIES: tuple[Family, ...] = (4, 6)


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(load_site(CONFIGS / "ip-vpn-claim.yaml")) as built:
        built.apply(desire(built.site))
        yield built


@contextmanager
def listening(where: Namespace, address: str, port: int, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    """A server in `where` that hands each connection to `serve`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = where.call(socket.create_server, (address, port), family=family)

    def run() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return  # the listening socket was shut down: the test is over
            with connection:
                connection.settimeout(PATIENCE_S)
                serve(connection)

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def connect(where: Namespace, address: str, port: int) -> socket.socket:
    return where.call(socket.create_connection, (address, port), PATIENCE_S)


def received(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_half_closed_session_still_brings_the_answer(twin: Twin, family: Family) -> None:
    def answer_after_the_end(connection: socket.socket) -> None:
        assert received(connection) == b"question"
        connection.sendall(b"answer")

    with (
        listening(twin.namespace("claim0"), TERMINAL[family], 445, answer_after_the_end),
        connect(twin.namespace("pc0"), TERMINAL[family], 445) as client,
    ):
        client.sendall(b"question")
        client.shutdown(socket.SHUT_WR)
        assert received(client) == b"answer"


def test_an_idle_session_is_remembered_for_days(twin: Twin) -> None:
    """An hour of silence must not cut a share; the kernel says how long it will remember (RFC 5382: 7,440 s at least)."""
    with (
        listening(twin.namespace("claim0"), TERMINAL[4], 445, echo),
        connect(twin.namespace("pc0"), TERMINAL[4], 445),
    ):
        lines = twin.gateway.call(Path("/proc/thread-self/net/nf_conntrack").read_text).splitlines()
        remembered = [int(line.split()[4]) for line in lines if "ESTABLISHED" in line and "dport=445" in line]
    assert remembered
    assert min(remembered) > 7_440


@contextmanager
def bottleneck(twin: Twin, mtu: int) -> Iterator[Namespace]:
    """Move the claim system one hop further, behind a link of a smaller MTU than anybody's Ethernet."""
    beyond, provider = Namespace(f"{twin.name}-beyond"), twin.namespace("provider")
    links: dict[Family, tuple[str, str, int]] = {
        4: ("10.99.0.1", "10.99.0.2", 30),
        6: ("2001:db8:99::1", "2001:db8:99::2", 64),
    }

    def provider_side() -> None:
        for path in ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"):
            (Path("/proc/sys") / path).write_text("1")
        with IPRoute() as ip:
            ip.link("add", ifname="narrow", kind="veth", peer={"ifname": "eth0", "net_ns_fd": beyond.name})
            narrow = ip.link_lookup(ifname="narrow")[0]
            ip.link("set", index=narrow, state="up", mtu=mtu)
            for family, (near, far, length) in links.items():
                ip.addr("add", index=narrow, address=near, prefixlen=length)
                ip.addr("del", index=1, address=CLAIM_SYSTEM[family], prefixlen=32 if family == 4 else 128)
                network = 2 if family == 4 else 10
                ip.route("add", family=network, dst=CLAIM_SYSTEM[family], gateway=far, oif=narrow)

    def beyond_side() -> None:
        (Path("/proc/sys/net/ipv6/conf/all/accept_dad")).write_text("0")
        with IPRoute() as ip:
            ip.link("set", index=1, state="up")
            card = ip.link_lookup(ifname="eth0")[0]
            ip.link(
                "set", index=card, state="up"
            )  # of ordinary size: only the router before it knows of the narrow link
            for family, (near, far, length) in links.items():
                ip.addr("add", index=card, address=far, prefixlen=length)
                ip.addr("add", index=1, address=CLAIM_SYSTEM[family], prefixlen=32 if family == 4 else 128)
                ip.route("add", family=2 if family == 4 else 10, dst="default", gateway=near, oif=card)

    try:
        provider.call(provider_side)
        beyond.call(beyond_side)
        yield beyond
    finally:
        beyond.close()


@pytest.fixture
def narrow_twin() -> Iterator[tuple[Twin, Namespace]]:
    with Twin(load_site(CONFIGS / "ip-vpn-claim.yaml")) as built:
        built.apply(desire(built.site))
        with bottleneck(built, 1400) as beyond:
            yield built, beyond


def test_path_mtu_discovery_reaches_the_terminal(narrow_twin: tuple[Twin, Namespace]) -> None:
    """The narrow link's router, which is nobody's session, says "too big"; its word must come through both translations."""
    twin, beyond = narrow_twin
    claim, sizes = bytes(200_000), []

    def measure(connection: socket.socket) -> None:
        sizes.append(len(received(connection)))

    for family in FAMILIES:
        with (
            listening(beyond, CLAIM_SYSTEM[family], 443, measure),
            connect(twin.namespace("claim0"), CLAIM_SYSTEM[family], 443) as client,
        ):
            client.sendall(claim)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
    assert sizes == [len(claim)] * len(FAMILIES)


def last_hop(where: Namespace, packet: bytes, family: Family) -> str | None:
    """The router that says the packet's time ran out, or None if nobody does."""
    kind, number = (socket.AF_INET, socket.IPPROTO_ICMP) if family == 4 else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
    with ExitStack() as stack:
        ear = stack.enter_context(where.call(socket.socket, kind, socket.SOCK_RAW, number))
        out = stack.enter_context(where.call(socket.socket, kind, socket.SOCK_RAW, socket.IPPROTO_RAW))
        destination = (IP if family == 4 else IPv6)(packet).dst
        out.sendto(packet, (destination, 0))
        deadline = time.monotonic() + PATIENCE_S
        while (left := deadline - time.monotonic()) > 0:
            ear.settimeout(left)
            try:
                data, sender = ear.recvfrom(2048)
            except TimeoutError:
                return None
            expired = IP(data).haslayer(ICMP) and IP(data)[ICMP].type == 11 if family == 4 else data[0] == 3
            if expired:
                return str(sender[0])
    return None


def probe(family: Family, source: str, destination: str, port: int, hops: int) -> bytes:
    if family == 4:
        return bytes(IP(src=source, dst=destination, ttl=hops) / TCP(sport=33_434, dport=port, flags="S"))
    return bytes(IPv6(src=source, dst=destination, hlim=hops) / TCP(sport=33_434, dport=port, flags="S"))


PC: dict[Family, str] = {4: "192.168.10.21", 6: "2001:db8:10::21"}
GATEWAY_IN_LAN: dict[Family, str] = {4: "192.168.10.1", 6: "2001:db8:10::1"}


@pytest.mark.parametrize("family", FAMILIES)
def test_traceroute_from_lan_shows_the_box_towards_terminal_and_claim_system(twin: Twin, family: Family) -> None:
    assert ICMPv6TimeExceeded().type == 3  # what last_hop looks for
    for destination in (TERMINAL[family], CLAIM_SYSTEM[family]):
        packet = probe(family, PC[family], destination, 445, hops=1)
        assert last_hop(twin.namespace("pc0"), packet, family) == GATEWAY_IN_LAN[family]


@pytest.mark.parametrize("family", FAMILIES)
def test_traceroute_from_the_terminal_shows_the_routers_of_the_line(
    narrow_twin: tuple[Twin, Namespace], family: Family
) -> None:
    terminal = narrow_twin[0].namespace("claim0")
    packet = probe(family, TERMINAL[family], CLAIM_SYSTEM[family], 443, hops=2)
    assert last_hop(terminal, packet, family) == {4: "198.51.100.1", 6: "2001:db8:ff::1"}[family]


def put(where: Namespace, set_name: str, element: str) -> None:
    def run() -> None:
        with Nft() as nft:
            nft.run(f"add element inet claim_gateway {set_name} {{ {element} }}")

    where.call(run)


def wait_until_empty(where: Namespace, set_name: str) -> None:
    def held() -> bool:
        with Nft() as nft:
            (entry,) = (one["set"] for one in nft.dump(f"list set inet claim_gateway {set_name}") if "set" in one)
            return bool(entry.get("elem"))

    deadline = time.monotonic() + PATIENCE_S
    while where.call(held):
        assert time.monotonic() < deadline, f"{set_name} still holds an element"


def echo(connection: socket.socket) -> None:
    try:
        while data := connection.recv(100):
            connection.sendall(data)
    except TimeoutError:
        return


def assert_cut(client: socket.socket) -> None:
    client.settimeout(SILENCE_S)
    client.sendall(b"after")
    with pytest.raises(TimeoutError):
        client.recv(100)


@pytest.fixture
def after_hours() -> Site:
    return load_site(CONFIGS / "after-hours.yaml")


def test_a_session_of_an_access_window_is_cut_when_the_window_closes(after_hours: Site) -> None:
    with Twin(after_hours) as twin:
        twin.apply(desire(after_hours))
        pc, terminal = twin.namespace("pc0"), str(twin.at(twin.hosts["claim0"].zone).addresses[0].ip)
        with listening(twin.namespace("claim0"), terminal, 445, echo):
            put(twin.gateway, "open_lan_claim_share", '"eth1" . "eth2" timeout 1s')
            with connect(pc, terminal, 445) as client:
                client.sendall(b"inside")
                assert client.recv(100) == b"inside"
                wait_until_empty(twin.gateway, "open_lan_claim_share")
                assert_cut(client)
        with pytest.raises(TimeoutError):
            pc.call(socket.create_connection, (terminal, 445), SILENCE_S)


def test_a_session_of_a_grant_is_cut_when_the_grant_ends(after_hours: Site) -> None:
    grants = {"vendor-ssh": {"to": "gateway", "from": ["192.168.10.21"], "services": [{"tcp": 22}], "at_most": "2h"}}
    site = Site.model_validate(after_hours.model_dump(by_alias=True) | {"grants": grants})
    with Twin(site) as twin:
        twin.apply(desire(site))
        pc = twin.namespace("pc0")
        with listening(twin.gateway, "192.168.10.1", 22, echo):
            with pytest.raises(TimeoutError):
                pc.call(socket.create_connection, ("192.168.10.1", 22), SILENCE_S)
            put(twin.gateway, "grant_vendor_ssh4", "192.168.10.21 timeout 1s")
            with connect(pc, "192.168.10.1", 22) as client:
                client.sendall(b"inside")
                assert client.recv(100) == b"inside"
                wait_until_empty(twin.gateway, "grant_vendor_ssh4")
                assert_cut(client)


def test_a_learned_address_opens_an_update_until_it_is_forgotten(after_hours: Site) -> None:
    """The resolver's set alone lets a terminal out, to what the site file names, and never into the site."""
    updates = [{"name": "patches", "names": ["patches.example"], "services": [{"tcp": 443}], "via": "wan"}]
    site = Site.model_validate(after_hours.model_dump(by_alias=True) | {"updates": updates})
    with Twin(site) as twin:
        twin.apply(desire(site))
        terminal, provider = twin.namespace("claim0"), twin.namespace("provider")
        server = "198.18.0.1"
        with listening(provider, server, 443, echo):
            with pytest.raises(TimeoutError):
                terminal.call(socket.create_connection, (server, 443), SILENCE_S)
            put(twin.gateway, "names_claim_wan_update_patches4", f"{server} timeout 1s")
            with connect(terminal, server, 443) as client:
                client.sendall(b"inside")
                assert client.recv(100) == b"inside"
                wait_until_empty(twin.gateway, "names_claim_wan_update_patches4")
                assert_cut(client)
        put(twin.gateway, "names_claim_wan_update_patches4", "192.168.10.21 timeout 5s")
        with listening(twin.namespace("pc0"), "192.168.10.21", 443, echo), pytest.raises(TimeoutError):
            terminal.call(socket.create_connection, ("192.168.10.21", 443), SILENCE_S)


def heard(ear: socket.socket, family: Family, flags: str) -> IP | IPv6 | None:
    """The next TCP packet with exactly these flags that reaches the ear, or None when it stays quiet."""
    deadline = time.monotonic() + SILENCE_S
    while (left := deadline - time.monotonic()) > 0:
        ear.settimeout(left)
        try:
            data, sender = ear.recvfrom(2048)
        except TimeoutError:
            return None
        segment = IP(data)[TCP] if family == 4 else TCP(data)
        if segment.flags == flags and 445 in (segment.sport, segment.dport):
            return (IP if family == 4 else IPv6)(src=sender[0]) / segment
    return None


@pytest.mark.parametrize("family", FAMILIES)
def test_a_terminal_cannot_turn_a_session_around(site: Site, family: Family) -> None:
    """Split handshake (Beardsley & Qian 2010): answering a SYN with a SYN would make the terminal the starter."""
    kind = socket.AF_INET if family == 4 else socket.AF_INET6
    with Twin(site) as twin, ExitStack() as stack:
        twin.apply(desire(site))
        pc, terminal = twin.namespace("pc0"), twin.namespace("claim0")

        def mute() -> None:
            """The terminal's own kernel must not answer for us."""
            with Nft() as nft:
                nft.run("table inet mute {\nchain out {\ntype filter hook output priority 0;\ntcp flags rst drop\n}\n}")

        terminal.call(mute)
        at_terminal = stack.enter_context(terminal.call(socket.socket, kind, socket.SOCK_RAW, socket.IPPROTO_TCP))
        at_pc = stack.enter_context(pc.call(socket.socket, kind, socket.SOCK_RAW, socket.IPPROTO_TCP))
        out = stack.enter_context(terminal.call(socket.socket, kind, socket.SOCK_RAW, socket.IPPROTO_RAW))
        client = stack.enter_context(pc.call(socket.socket, kind, socket.SOCK_STREAM | socket.SOCK_NONBLOCK))
        client.connect_ex((TERMINAL[family], 445))
        question = heard(at_terminal, family, "S")
        assert question is not None

        def answer(flags: str) -> None:
            ends = (IP if family == 4 else IPv6)(src=TERMINAL[family], dst=question.src)
            ports = {"sport": 445, "dport": question[TCP].sport, "seq": 777, "ack": question[TCP].seq + 1}
            out.sendto(bytes(ends / TCP(flags=flags, **ports)), (question.src, 0))

        answer("S")
        assert heard(at_pc, family, "S") is None
        answer("SA")
        assert heard(at_pc, family, "SA") is not None  # the honest answer: the ear works and the session lived

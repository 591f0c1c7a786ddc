import asyncio
import re
import socket
from ipaddress import IPv4Address, ip_address

import pytest
from pyroute2 import IPRoute

from gateway.enforcer import messages
from gateway.enforcer.declared import Declared
from gateway.enforcer.desired import desire
from gateway.enforcer.drops import GROUPS_MAX, KINDS_MAX, Connections, Drops, Tally, connections, full
from gateway.enforcer.watch.nflog import Dropped
from gateway.firewall.nft import Nft
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin.namespace import Namespace
from gateway.wiring.part import ports


def dropped(prefix: str = "claim>lan", source: str = "192.168.20.10", port: str = "eth2", dport: int = 445) -> Dropped:
    return Dropped(prefix, port, ip_address(source), ip_address("192.168.10.21"), f"tcp/{dport}")


LOGGING = """table inet t {
  chain c {
    type filter hook input priority 0; policy accept;
    udp dport 9 log prefix "spoofed " group 5
    udp dport 10 log prefix "claim>lan " group 5
  }
}"""


def zone_of(port: str) -> str:
    return {"eth1": "lan", "eth2": "claim"}.get(port, "nowhere")


def test_packets_of_one_pair_are_one_message() -> None:
    tally = Tally()
    for dport in (445, 445, 139):
        tally.add(dropped(dport=dport))
    tally.add(dropped("wan>lan", "198.51.100.9", "eth0"))

    told = list(tally.take(zone_of))

    assert told[0] == (
        messages.DROPPED,
        {
            "origin": "claim",
            "target": "lan",
            "packets": 3,
            "kinds": 2,
            "source": ip_address("192.168.20.10"),
            "destination": ip_address("192.168.10.21"),
            "service": "tcp/445",
        },
    )
    assert [fields["origin"] for _, fields in told] == ["claim", "wan"]
    assert [message.text(fields) for message, fields in told]
    assert not tally


def test_a_source_that_lives_nowhere_here_is_a_spoof() -> None:
    tally = Tally()
    tally.add(dropped("spoofed", "203.0.113.66"))
    ((message, fields),) = tally.take(zone_of)

    assert message is messages.SPOOFED
    assert message.text(fields).startswith("claim (eth2): at least 1 packets")


def test_a_source_of_another_zone_is_a_cable_in_the_wrong_port() -> None:
    tally = Tally()
    tally.add(dropped("spoofed", "192.168.10.21"), home="lan")
    ((message, fields),) = tally.take(zone_of)

    assert message is messages.WRONG_CABLE
    assert message.text(fields).startswith("192.168.10.21 belongs to lan and is heard at claim (eth2)")


def test_a_flood_of_forged_sources_fills_no_memory() -> None:
    tally = Tally()
    for number in range(20_000):
        tally.add(dropped(f"{number % 70}>lan", str(IPv4Address(number)), dport=number % 65_536))

    told = list(tally.take(zone_of))

    assert len(told) == GROUPS_MAX
    assert all(int(str(fields["kinds"])) <= KINDS_MAX for _, fields in told)


@pytest.mark.parametrize(
    ("before", "refused"),
    [(None, None), (Connections(9, 10, 5), None), (Connections(9, 10, 2), 3), (Connections(9, 10, 9), None)],
)
def test_a_full_table_is_told_when_sessions_were_refused(before: Connections | None, refused: int | None) -> None:
    found = full(Connections(10, 10, 5), before)

    assert (found and found["refused"]) == refused


@pytest.mark.root
def test_the_table_of_connections_is_read(namespace: Namespace) -> None:
    def look() -> Connections | None:
        with Nft() as nft:
            nft.run("table inet t { \n chain c { \n type filter hook input priority 0; ct state new accept \n } \n }")
        return connections()

    found = namespace.call(look)

    assert found is not None
    assert found.limit > 0
    assert found.refused == 0


def lives_here(address: str) -> None:
    with IPRoute() as ip:
        ip.addr("add", index=1, address=address, prefixlen=32)


@pytest.mark.root
def test_what_is_heard_is_told_once_a_minute_and_the_cable_is_known(
    namespace: Namespace, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    """A lan address at the terminals' port: `lo` stands for that port."""
    declared = Declared("a site", desire(site), {**ports(site), Zone.CLAIM: "lo"})

    async def run() -> None:
        drops = Drops(lambda: declared, every_s=0.2)
        running = asyncio.create_task(drops.run())
        with Nft() as nft:
            nft.run(LOGGING)
        async with asyncio.timeout(5):
            told = ""
            # Again and again: nobody says when the first of them is heard.
            while "belongs to lan" not in told or "packets dropped" not in told:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                    sender.bind(("192.168.10.21", 0))
                    for port in (9, 10):
                        sender.sendto(b"x", ("127.0.0.1", port))
                await asyncio.sleep(0.05)
                told += capsys.readouterr().err
        assert "error: 192.168.10.21 belongs to lan and is heard at claim (lo)" in told
        assert re.search(r"notice: claim to lan: at least \d+ packets dropped", told)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    namespace.call(lives_here, "192.168.10.21")
    namespace.call(lambda: asyncio.run(run()))

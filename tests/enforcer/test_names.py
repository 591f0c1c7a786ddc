import asyncio
import socket
import sys
from contextlib import closing
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from gateway.enforcer.doors import Door
from gateway.enforcer.names import HELD_MAX, SOCKET, Names, learned_doors, refused
from gateway.firewall.observed import LiveSet
from gateway.policy.derive import derive
from gateway.policy.learned import LEARNED_MAX_BYTES, Learned
from gateway.policy.model import Policy
from gateway.site.layout import Layout
from gateway.site.values import IpAddress
from tests.policy.sites import site_of

NAME = "av.example.com"
LASTS = timedelta(minutes=5)
NAMED = {"name": "av", "names": [NAME], "services": [{"tcp": 443}], "via": "wan"}
SET4, SET6 = "names_claim_wan_update_av4", "names_claim_wan_update_av6"


@pytest.fixture
def policy() -> Policy:
    return derive(site_of(Layout.IP_VPN_CLAIM, updates=[NAMED]))


def learned(*addresses: str, name: str = NAME) -> Learned:
    return Learned(name, tuple(map(ip_address, addresses)), LASTS)


def test_addresses_go_into_the_set_of_their_family(policy: Policy) -> None:
    found = learned_doors(policy, learned("203.0.113.7", "2001:db8:c::7"), {})

    assert found == (Door(SET4, "203.0.113.7", LASTS), Door(SET6, "2001:db8:c::7", LASTS))


def test_a_name_nobody_declared_opens_nothing(policy: Policy) -> None:
    other = learned("203.0.113.7", "192.168.10.21", name="other.example.com")

    assert learned_doors(policy, other, {}) == ()
    assert refused(policy, other) == ()


def test_an_address_inside_the_site_is_refused(policy: Policy) -> None:
    both = learned("192.168.10.21", "203.0.113.7")

    assert learned_doors(policy, both, {}) == (Door(SET4, "203.0.113.7", LASTS),)
    assert refused(policy, both) == (ip_address("192.168.10.21"),)


def test_a_name_server_that_answers_otherwise_each_time_grows_no_set(policy: Policy) -> None:
    held = tuple(f"198.18.{number // 256}.{number % 256} timeout 5m expires 4m" for number in range(HELD_MAX))
    sets = {SET4: LiveSet("ipv4_addr", frozenset({"timeout"}), frozenset(), timed=held)}

    assert learned_doors(policy, learned("203.0.113.7"), sets) == ()
    assert learned_doors(policy, learned("198.18.0.9"), sets) == (Door(SET4, "198.18.0.9", LASTS),)


def test_only_answers_are_learned_and_a_refusal_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard, both = list[Learned](), asyncio.Event()

    async def learn(one: Learned) -> tuple[IpAddress, ...]:
        heard.append(one)
        if len(heard) == 2:
            both.set()
        return (ip_address("192.168.10.21"),)

    async def run() -> None:
        listening = asyncio.create_task(Names(tmp_path, learn).run())
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as resolver:
            resolver.connect(str(tmp_path / SOCKET))
            for datagram in (b"nonsense", b"x" * (LEARNED_MAX_BYTES + 1), *[learned("203.0.113.7").encoded()] * 2):
                resolver.send(datagram)
            async with asyncio.timeout(5):
                await both.wait()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    asyncio.run(run())

    said = capsys.readouterr().err
    assert heard == [learned("203.0.113.7")] * 2
    assert said.count("is inside the site") == 1
    assert said.count("no answer") == 1


@pytest.mark.root
def test_nobody_else_is_believed(tmp_path: Path) -> None:
    heard: list[Learned] = []

    async def learn(one: Learned) -> tuple[IpAddress, ...]:
        heard.append(one)
        return ()

    async def run() -> None:
        listening = asyncio.create_task(Names(tmp_path, learn).run())
        stranger = "import socket, sys; socket.socket(1, 2).sendto(sys.argv[1].encode(), sys.argv[2])"
        words = (sys.executable, "-c", stranger, learned("203.0.113.66").encoded().decode(), SOCKET)
        nobody = await asyncio.create_subprocess_exec(*words, user=65_534, cwd=tmp_path)
        assert await nobody.wait() == 0
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as resolver:
            resolver.sendto(learned("203.0.113.7").encoded(), str(tmp_path / SOCKET))
        async with asyncio.timeout(5):
            while not heard:  # noqa: ASYNC110 - the next answer, whosever it is
                await asyncio.sleep(0.01)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    tmp_path.chmod(0o755)  # and a relative path below: the directories above are root's own
    asyncio.run(run())

    assert heard == [learned("203.0.113.7")]

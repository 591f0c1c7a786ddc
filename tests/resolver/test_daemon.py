import asyncio
import json
import socket
from contextlib import closing
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from gateway.policy.learned import Learned
from gateway.resolver import daemon
from gateway.resolver.daemon import again_after, keep, names
from gateway.resolver.question import servers
from gateway.site.load import load_site
from gateway.twin.samples import CONFIGS
from tests.resolver.servers import NameServer, Zone

ZONE: Zone = {"update.example.com": (300, {"A": ("203.0.113.7",)})}


@pytest.mark.parametrize(("lasts", "after"), [(300, 150), (1, 30), (10**7, 43_200)])
def test_it_asks_again_before_the_answer_ends(lasts: int, after: int) -> None:
    assert again_after(Learned("a", (), timedelta(seconds=lasts))) == timedelta(seconds=after)


def test_the_names_of_a_site() -> None:
    site = load_site(CONFIGS / "ipsec-client-claim-and-qualification.yaml")

    assert names(site) == ("update.example.com", "delivery.example.com")


async def heard(path: Path, zone: Zone, seconds: float) -> list[str]:
    with (
        NameServer("127.0.0.1", zone) as server,
        closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)) as enforcer,
    ):
        enforcer.bind(str(path))
        resolver = servers((ip_address("127.0.0.1"),))
        resolver.port = server.port
        keeping = asyncio.create_task(keep(resolver, "update.example.com", path))
        answers = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    answer = await asyncio.get_running_loop().sock_recv(enforcer, 9000)
                    answers.append(json.loads(answer)["addresses"][0])
                    server.zone = {"update.example.com": (300, {"A": ("203.0.113.8",)})}
                    if len(answers) == 2:
                        break
        except TimeoutError:
            pass
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        return answers


def test_every_answer_is_handed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon, "again_after", lambda _: timedelta(seconds=0.05))

    assert asyncio.run(heard(tmp_path / "names", ZONE, 5)) == ["203.0.113.7", "203.0.113.8"]


def test_no_answer_hands_nothing_over_and_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(daemon, "RETRY_S", 0.02)

    assert asyncio.run(heard(tmp_path / "names", {}, 0.4)) == []
    assert capsys.readouterr().err.count("update.example.com has no answer") == 1


def test_an_enforcer_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def once() -> None:
        with NameServer("127.0.0.1", ZONE) as server:
            resolver = servers((ip_address("127.0.0.1"),))
            resolver.port = server.port
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await keep(resolver, "update.example.com", tmp_path / "nobody")

    asyncio.run(once())

    assert "no enforcer takes what was learned" in capsys.readouterr().err

import asyncio
from datetime import timedelta
from ipaddress import ip_address

import pytest

from gateway.policy.learned import Learned
from gateway.resolver import question
from gateway.resolver.question import Unanswered, ask, servers
from tests.resolver.servers import NameServer, Zone

ZONE: Zone = {
    "update.example.com": (300, {"A": ("203.0.113.7", "203.0.113.8"), "AAAA": ("2001:db8:c::7",)}),
    "four.example.com": (60, {"A": ("203.0.113.9",)}),
    "alias.example.com": (20, {"CNAME": ("update.example.com",)}),
    "nothing.example.com": (60, {"TXT": ("x",)}),
}


def asked(zone: Zone, name: str) -> Learned:
    with NameServer("127.0.0.1", zone) as server:
        resolver = servers((ip_address("127.0.0.1"),))
        resolver.port = server.port
        return asyncio.run(ask(resolver, name))


def test_addresses_of_both_families_for_the_shortest_time() -> None:
    addresses = ("203.0.113.7", "203.0.113.8", "2001:db8:c::7")
    assert asked(ZONE, "update.example.com") == Learned(
        "update.example.com", tuple(map(ip_address, addresses)), timedelta(seconds=300)
    )


def test_one_family_is_enough() -> None:
    assert asked(ZONE, "four.example.com").addresses == (ip_address("203.0.113.9"),)


def test_an_alias_lasts_no_longer_than_itself() -> None:
    learned = asked(ZONE, "alias.example.com")

    assert learned.lasts == timedelta(seconds=20)
    assert len(learned.addresses) == 3


@pytest.mark.parametrize(
    ("zone", "name", "reason"),
    [
        (ZONE, "unknown.example.com", "there is no such name"),
        (ZONE, "nothing.example.com", "it has no address"),
        ({}, "update.example.com", "NoNameservers"),
    ],
)
def test_no_answer_is_said_in_a_word(zone: Zone, name: str, reason: str) -> None:
    with pytest.raises(Unanswered, match=reason):
        asked(zone, name)


def test_a_silent_server_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question, "ANSWER_TIMEOUT_S", 0.2)
    resolver = servers((ip_address("127.0.0.1"),))
    resolver.port = 1

    with pytest.raises(Unanswered, match=r"Lifetime|NoNameservers"):
        asyncio.run(ask(resolver, "update.example.com"))

import asyncio
from pathlib import Path

import pytest

from gateway.enforcer.change import Change, ChangeKind
from gateway.enforcer.watch import poll
from gateway.twin.namespace import Namespace
from tests.enforcer.watch.seen import told


@pytest.mark.root
def test_it_is_time_again_and_again(namespace: Namespace) -> None:
    seen = told(namespace, lambda _: None, lambda seen: len(seen) == 3, poll_s=0.02)

    assert {one.kind for one in seen} == {ChangeKind.POLL}


def test_a_full_queue_is_not_waited_for() -> None:
    async def fill() -> int:
        changes: asyncio.Queue[Change] = asyncio.Queue(1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await poll.poll(changes, 0.001)
        return changes.qsize()

    assert asyncio.run(fill()) == 1


@pytest.mark.root
def test_a_namespace_begins_without_legacy_iptables(namespace: Namespace) -> None:
    assert namespace.call(poll.legacy_tables) == ()


def test_legacy_tables_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = tmp_path / "ip6_tables_names"
    listing.write_text("filter\nnat\n")
    monkeypatch.setattr(poll, "LEGACY_TABLES", (listing, listing.with_name("missing")))

    assert poll.legacy_tables() == ("ip6tables filter", "ip6tables nat")

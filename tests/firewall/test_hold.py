"""A held table on this kernel; skipped where it is older than 6.9."""

import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from gateway.firewall import hold, part
from gateway.firewall.hold import TableHeld, can_hold, resume, take
from gateway.firewall.netlink import GETGEN, SUBSYSTEM, message
from gateway.firewall.nft import Nft, NftError
from gateway.firewall.table import Table
from gateway.policy.derive import derive
from gateway.site.model import Site
from gateway.twin.namespace import Namespace
from gateway.wiring.part import ports
from tests.firewall.kernel import HERE, run

pytestmark = [pytest.mark.root, pytest.mark.skipif(not can_hold(), reason="this kernel is older than 6.9")]


@pytest.fixture
def table(site: Site) -> Table:
    return part.desired(derive(site), ports(site))


@contextmanager
def door(namespace: Namespace) -> Iterator[Nft]:
    opened = namespace.call(Nft)
    try:
        yield opened
    finally:
        opened.__exit__(None, None, None)


def refused(namespace: Namespace, commands: str) -> bool:
    try:
        run(namespace, commands)
    except NftError as error:
        assert "not permitted" in str(error)  # noqa: PT017 - both ends are an answer
        return True
    return False


def test_a_held_table_is_ours_alone(namespace: Namespace, table: Table) -> None:
    with door(namespace) as nft:
        assert namespace.call(part.hold, nft)
        assert namespace.call(part.apply, table, nft)
        for command in ("flush table {}", "delete table {}", "insert rule {} forward accept", "add chain {} x"):
            assert refused(namespace, command.format(HERE))
        run(namespace, "flush ruleset")

        found = namespace.call(part.observe, nft)
        assert found.held
        assert part.difference(table, found) == ()


def test_another_apply_says_who_to_ask(namespace: Namespace, table: Table) -> None:
    with door(namespace) as nft:
        namespace.call(part.hold, nft)
        with pytest.raises(TableHeld, match="held by a running enforcer"):
            namespace.call(part.apply, table)
        with door(namespace) as other, pytest.raises(TableHeld):
            namespace.call(take, other)


def test_when_the_holder_is_gone_the_table_stays_and_the_next_one_takes_it(namespace: Namespace, table: Table) -> None:
    with door(namespace) as nft:
        namespace.call(part.hold, nft)
        namespace.call(part.apply, table, nft)
    orphan = namespace.call(part.observe)
    assert not orphan.held
    assert part.difference(table, orphan) == ()

    assert not namespace.call(part.apply, table)
    with door(namespace) as nft:
        assert namespace.call(part.hold, nft)
        assert refused(namespace, f"flush table {HERE}")


def test_a_socket_that_was_kept_holds_on_without_a_process_and_goes_on(namespace: Namespace, table: Table) -> None:
    with door(namespace) as nft:
        namespace.call(part.hold, nft)
        namespace.call(part.apply, table, nft)
        os.write(nft.fileno(), message(SUBSYSTEM << 8 | GETGEN, 1, bytes(4), 7))  # and its answer is not read
        stored, port = os.dup(nft.fileno()), nft.port_id()
    assert refused(namespace, f"flush table {HERE}")

    with door(namespace) as nft:
        resume(nft, stored)
        assert nft.port_id() == port
        assert select.select([nft.fileno()], [], [], 0)[0] == []
        assert refused(namespace, f"flush table {HERE}")
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(stored)
        assert namespace.call(part.hold, nft)
        assert not namespace.call(part.apply, table, nft)
        assert refused(namespace, f"flush table {HERE}")


def test_a_table_that_cannot_be_taken_is_made_anew_with_what_was_open(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    run(namespace, f"add element {HERE} asked4 {{ 192.0.2.1 . 5 . 192.0.2.2 . 53 timeout 30s expires 20s }}")
    with door(namespace) as nft:
        assert not namespace.call(take, nft)
        assert namespace.call(part.hold, nft)
        found = namespace.call(part.observe, nft)
        opened = found.sets["asked4"].timed
        assert found.held
    assert part.difference(table, found) == ()
    assert [one.partition(" expires ")[0] for one in opened] == ["192.0.2.1 . 5 . 192.0.2.2 . 53"]


def test_an_older_kernel_keeps_its_ordinary_table(
    namespace: Namespace, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold, "SINCE", (99, 0))
    namespace.call(part.apply, table)
    with door(namespace) as nft:
        assert not namespace.call(part.hold, nft)
        assert namespace.call(part.observe, nft).text is not None


def test_a_failed_change_leaves_a_held_table_as_it_was(namespace: Namespace, table: Table) -> None:
    with door(namespace) as nft:
        namespace.call(part.hold, nft)
        namespace.call(part.apply, table, nft)
        before = namespace.call(part.observe, nft)
        bad = replace(table.chains[0], name="bad", rules=("goto nowhere",))
        with pytest.raises(NftError):
            namespace.call(part.apply, replace(table, chains=(*table.chains, bad)), nft)
        assert namespace.call(part.observe, nft) == before

        shorter = tuple(replace(one, rules=one.rules[1:]) for one in table.chains)
        namespace.call(part.apply, replace(table, chains=shorter), nft)
        namespace.call(part.restore, before, nft)
        assert part.difference(table, namespace.call(part.observe, nft)) == ()

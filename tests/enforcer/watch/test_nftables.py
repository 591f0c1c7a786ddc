import pytest

from gateway.enforcer.change import Change, ChangeKind
from gateway.enforcer.watch.nftables import parse
from gateway.firewall.nft import Nft
from gateway.twin.namespace import Namespace
from tests.enforcer.watch.seen import told


def rules(seen: list[Change]) -> list[Change]:
    return [one for one in seen if one.kind is ChangeKind.RULES]


@pytest.mark.root
def test_a_foreign_transaction_names_its_process(namespace: Namespace) -> None:
    def act(_: Nft) -> None:
        with Nft() as other:
            other.run("add table inet foreign")

    (change,) = rules(told(namespace, act, lambda seen: bool(rules(seen))))

    assert change.who is not None
    assert change.who.program
    assert change.what == "ruleset generation 2"


@pytest.mark.root
def test_our_own_transactions_are_no_change(namespace: Namespace) -> None:
    def act(door: Nft) -> None:
        door.run("add table inet ours")
        with Nft() as other:
            other.run("add table inet foreign")

    assert [one.what for one in rules(told(namespace, act, lambda seen: bool(rules(seen))))] == ["ruleset generation 3"]


@pytest.mark.parametrize("length", range(0, 60, 7))
def test_a_datagram_that_is_cut_off_tells_nothing(length: int) -> None:
    whole = bytes.fromhex("1c000000 0f0a0000 00000000 07000000 00000001 0800010000000002")

    assert [one.what for one in parse(whole, 0)] == ["ruleset generation 2"]
    assert len(list(parse(whole[:length], 0))) == (length >= len(whole))


def test_the_own_socket_is_known_by_its_port_id() -> None:
    whole = bytes.fromhex("1c000000 0f0a0000 00000000 07000000 00000001 0800010000000002")

    assert list(parse(whole, 7)) == []

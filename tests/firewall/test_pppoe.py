import subprocess
from dataclasses import replace

import pytest

from gateway.firewall import pppoe
from gateway.firewall.hold import TableHeld, can_hold
from gateway.firewall.listing import ListedTable
from gateway.firewall.nft import Nft
from gateway.firewall.table import Table
from gateway.policy.derive import derive
from gateway.site.model import Site
from gateway.twin.namespace import Namespace
from gateway.wiring.part import ports
from tests.firewall.kernel import run

HERE = f"{pppoe.FAMILY} {pppoe.TABLE}"
TEXT = """\
table netdev claim_gateway_pppoe {
  chain from_claim {
    type filter hook ingress device "eth2" priority filter; policy accept;
    iifname "eth2" meta protocol { 0x8863, 0x8864 } counter fwd to "eth0" comment "pppoe_passthrough claim to wan, beside C6"
  }
  chain from_wan {
    type filter hook ingress device "eth0" priority filter; policy accept;
    iifname "eth0" meta protocol { 0x8863, 0x8864 } counter fwd to "eth2" comment "pppoe_passthrough wan to claim, beside C6"
  }
}
"""


@pytest.fixture
def table(site: Site) -> Table:
    dialling = site.model_copy(update={"pppoe_passthrough": True})
    made = pppoe.pppoe_table(derive(dialling), ports(dialling))
    assert made is not None
    return made


@pytest.fixture
def box(namespace: Namespace) -> Namespace:
    """A namespace with the two ports, wired to each other."""
    command = namespace.command("ip", "link", "add", "eth2", "type", "veth", "peer", "name", "eth0")
    subprocess.run(command, check=True)
    return namespace


def seen(box: Namespace) -> ListedTable | None:
    return box.call(pppoe.observe)


def test_both_ways_are_compiled_in_the_words_of_the_kernels_listing(table: Table) -> None:
    assert table.text() == TEXT
    assert pppoe.devices(table) == ("eth0", "eth2")


def test_a_site_that_does_not_ask_for_it_has_no_such_table(site: Site) -> None:
    assert pppoe.pppoe_table(derive(site), ports(site)) is None


@pytest.mark.root
def test_the_kernel_takes_it_and_shows_it_word_for_word(box: Namespace, table: Table) -> None:
    assert pppoe.difference(table, seen(box)) == (f"table {HERE} is not in the kernel",)
    box.call(pppoe.apply, table)
    assert pppoe.difference(table, seen(box)) == ()


@pytest.mark.root
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (f'add rule {HERE} from_claim fwd to "eth0"', "chain from_claim of claim_gateway_pppoe says"),
        (f"flush chain {HERE} from_wan", "chain from_wan of claim_gateway_pppoe says"),
        (f"add chain {HERE} side", "chain side of claim_gateway_pppoe is not declared"),
        (f"delete chain {HERE} from_wan", "chain from_wan of claim_gateway_pppoe is missing"),
        (f"add counter {HERE} odd", "counter odd of claim_gateway_pppoe is not declared"),
        (f"add table {HERE} {{ flags dormant; }}", f"table {HERE} is dormant"),
    ],
    ids=["another rule", "no rule", "another chain", "no chain", "another object", "asleep"],
)
def test_what_somebody_changed_is_seen_and_put_back(box: Namespace, table: Table, change: str, told: str) -> None:
    box.call(pppoe.apply, table)
    run(box, change)
    assert any(line.startswith(told) for line in pppoe.difference(table, seen(box)))
    box.call(pppoe.apply, table)
    assert pppoe.difference(table, seen(box)) == ()


@pytest.mark.root
def test_it_goes_when_it_is_no_longer_declared(box: Namespace, table: Table) -> None:
    box.call(pppoe.apply, table)
    assert pppoe.difference(None, seen(box)) == (f"table {HERE} is not declared",)
    box.call(pppoe.apply, None)
    assert pppoe.difference(None, seen(box)) == ()
    box.call(pppoe.apply, None)  # gone already: not an error


@pytest.mark.root
def test_where_the_kernel_can_it_is_held_against_everybody_else(box: Namespace, table: Table) -> None:
    box.call(pppoe.apply, table)  # made without a holder: it is made anew
    door = box.call(Nft)
    box.call(pppoe.apply, table, door)
    box.call(subprocess.run, ["nft", "flush", "ruleset"], check=True)
    found = seen(box)
    if not can_hold():
        assert found is None
        return
    assert found is not None
    assert "owner" in found.flags
    assert pppoe.difference(table, found) == ()
    with pytest.raises(TableHeld):
        box.call(pppoe.apply, None)
    box.call(pppoe.apply, None, door)
    assert seen(box) is None


@pytest.mark.root
def test_a_holder_takes_over_what_a_killed_one_left_and_ends_what_it_cannot_take(box: Namespace, table: Table) -> None:
    if not can_hold():
        pytest.skip("this kernel cannot hold a table")
    box.call(pppoe.apply, table)
    door = box.call(Nft)
    box.call(pppoe.hold, door)
    assert seen(box) is None
    box.call(pppoe.hold, door)  # none: nothing to hold

    box.call(pppoe.apply, table, door)
    box.call(door.__exit__, None, None, None)
    left = seen(box)
    assert left is not None
    assert "owner" not in left.flags
    door = box.call(Nft)
    box.call(pppoe.hold, door)
    taken = seen(box)
    assert taken is not None
    assert "owner" in taken.flags
    assert pppoe.difference(table, taken) == ()


@pytest.mark.root
def test_the_barrier_stands_before_it_and_is_no_difference(box: Namespace, table: Table) -> None:
    box.call(pppoe.apply, table)
    box.call(pppoe.shut, ("eth0", "eth2", "eth9"))
    box.call(pppoe.shut, ("eth0", "eth2"))  # shut already: not an error
    assert box.call(pppoe.is_shut)
    assert pppoe.difference(table, seen(box)) == ()
    box.call(pppoe.open_again)
    box.call(pppoe.open_again)
    assert not box.call(pppoe.is_shut)


@pytest.mark.root
def test_the_way_and_the_barrier_before_it_come_in_one_transaction(box: Namespace, table: Table) -> None:
    box.call(lambda: pppoe.apply(table, shut_off=True))
    assert box.call(pppoe.is_shut)
    assert pppoe.difference(table, seen(box)) == ()


@pytest.mark.root
def test_what_is_put_back_are_our_own_ways_between_ports_that_are_there(box: Namespace, table: Table) -> None:
    box.call(pppoe.apply, table)
    assert box.call(pppoe.former, seen(box)) == table
    run(box, f'add rule {HERE} from_claim fwd to "eth0"')
    kept = box.call(pppoe.former, seen(box))
    assert kept == replace(table, chains=table.chains[1:])
    box.call(subprocess.run, ["ip", "link", "delete", "eth2"], check=True)
    assert box.call(pppoe.former, seen(box)) is None
    assert pppoe.former(None) is None

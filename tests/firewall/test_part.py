from dataclasses import replace

import pytest

from gateway.firewall import part
from gateway.firewall.nft import Nft, NftError
from gateway.firewall.table import Chain, NamedSet, Table
from gateway.policy.derive import derive
from gateway.site.model import Site
from gateway.twin.namespace import Namespace
from gateway.wiring.part import ports

pytestmark = pytest.mark.root


@pytest.fixture
def table(site: Site) -> Table:
    return part.desired(derive(site), ports(site))


def run(commands: str) -> None:
    with Nft() as nft:
        nft.run(commands)


def test_applied_it_differs_in_nothing(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    assert part.difference(table, namespace.call(part.observe)) == ()


def test_an_empty_kernel_differs(namespace: Namespace, table: Table) -> None:
    assert part.difference(table, namespace.call(part.observe)) == ("table inet claim_gateway is not in the kernel",)


def test_apply_lifts_the_latch_in_the_same_transaction(namespace: Namespace, table: Table) -> None:
    namespace.call(run, f"add table inet {part.LATCH_TABLE}")
    assert namespace.call(part.observe).latched
    namespace.call(part.apply, table)
    assert not namespace.call(part.observe).latched


def test_a_table_the_kernel_refuses_leaves_the_old_one_and_the_latch(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    namespace.call(run, f"add table inet {part.LATCH_TABLE}")
    before = namespace.call(part.observe)
    bad = replace(table, chains=(*table.chains, Chain("bad", ("goto nowhere",))))
    with pytest.raises(NftError):
        namespace.call(part.apply, bad)
    after = namespace.call(part.observe)
    assert (after.text, after.latched) == (before.text, True)


def test_a_foreign_rule_and_a_lost_element_are_seen(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    namespace.call(run, "add rule inet claim_gateway forward accept")
    namespace.call(run, "delete element inet claim_gateway inside4 { 192.168.10.0/24 }")
    assert part.difference(table, namespace.call(part.observe)) == (
        "chain forward has 5 rules, not 4",
        "set inside4 has 1 elements, not 2",
    )


def test_restore_brings_the_former_table_back(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    before = namespace.call(part.observe)
    other = replace(table, sets=(*table.sets, NamedSet("more", "ipv4_addr", "interval")))
    namespace.call(part.apply, other)
    namespace.call(part.restore, before)
    assert part.difference(table, namespace.call(part.observe)) == ()


def test_restore_without_a_former_table_leaves_none(namespace: Namespace, table: Table) -> None:
    nothing = namespace.call(part.observe)
    namespace.call(part.apply, table)
    namespace.call(part.restore, nothing)
    assert namespace.call(part.observe).text is None

from dataclasses import replace

import pytest

from gateway.firewall import part, spelling
from gateway.firewall.netlink import generation
from gateway.firewall.table import Chain, Table
from gateway.policy.derive import derive
from gateway.site.model import Site
from gateway.twin.namespace import Namespace
from gateway.wiring.part import ports
from tests.firewall.kernel import HERE, run

pytestmark = pytest.mark.root


@pytest.fixture
def table(site: Site) -> Table:
    return part.desired(derive(site), ports(site))


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spelling, "_known", type(spelling._known)())


def test_the_kernel_is_asked_where_it_governs_nothing(namespace: Namespace, table: Table) -> None:
    before = namespace.call(generation)
    rules = namespace.call(spelling.spelled, table)

    assert namespace.call(generation) == before
    assert rules is not None
    assert {name: len(one) for name, one in rules.items()} == {one.name: len(one.rules) for one in table.chains}


def test_an_unchanged_apply_touches_nothing(namespace: Namespace, table: Table) -> None:
    assert namespace.call(part.apply, table)
    before = namespace.call(generation)

    assert not namespace.call(part.apply, table)

    assert namespace.call(generation) == before


def test_a_process_that_may_not_ask_knows_what_it_loaded_itself(
    namespace: Namespace, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spelling, "_asked", lambda _: None)
    assert spelling.spelled(table) is None
    assert namespace.call(part.apply, table)
    before = namespace.call(generation)

    assert not namespace.call(part.apply, table)

    assert namespace.call(generation) == before


def test_a_rule_that_was_exchanged_for_another_is_seen_and_put_back(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    run(
        namespace, f"flush chain {HERE} spoofed\nadd rule {HERE} spoofed counter accept\nadd rule {HERE} spoofed accept"
    )

    found = part.difference(table, namespace.call(part.observe), namespace.call(spelling.spelled, table))
    assert part.difference(table, namespace.call(part.observe)) == ()  # as many rules as before
    assert [line.partition(" says ")[0] for line in found] == ["chain spoofed"] * 2

    assert namespace.call(part.apply, table)
    assert part.difference(table, namespace.call(part.observe), namespace.call(spelling.spelled, table)) == ()


def test_only_so_many_are_remembered() -> None:
    for number in range(20):
        spelling.remember(Table("inet", "t", (), (), (Chain(str(number), ()),)), {})

    assert [table.chains[0].name for table in spelling._known] == [str(number) for number in range(12, 20)]


def test_a_table_the_kernel_refuses_has_no_spelling(namespace: Namespace, table: Table) -> None:
    bad = replace(table, chains=(*table.chains, Chain("bad", ("goto nowhere",))))

    assert namespace.call(spelling.spelled, bad) is None

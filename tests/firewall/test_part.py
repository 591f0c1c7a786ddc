from dataclasses import replace
from pathlib import Path

import pytest

from gateway.firewall import part
from gateway.firewall.nft import NftError
from gateway.firewall.table import Chain, NamedSet, Table
from gateway.policy.derive import derive
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.namespace import Namespace
from gateway.twin.samples import CONFIGS
from gateway.wiring.part import ports
from tests.firewall.kernel import HERE, dump, held, run

pytestmark = pytest.mark.root


@pytest.fixture
def table(site: Site) -> Table:
    return part.desired(derive(site), ports(site))


@pytest.fixture
def timed() -> Table:
    """A table with every kind of LIVE set but learned names."""
    site = load_site(CONFIGS / "after-hours.yaml")
    return part.desired(derive(site), ports(site))


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_kernel_takes_every_sample_and_shows_it_back(namespace: Namespace, path: Path) -> None:
    site = load_site(path)
    table = part.desired(derive(site), ports(site))
    namespace.call(part.apply, table)
    assert part.difference(table, namespace.call(part.observe)) == ()


def test_an_empty_kernel_differs(namespace: Namespace, table: Table) -> None:
    assert part.difference(table, namespace.call(part.observe)) == ("table inet claim_gateway is not in the kernel",)


def test_apply_lifts_the_latch_in_the_same_transaction(namespace: Namespace, table: Table) -> None:
    run(namespace, f"add table inet {part.LATCH_TABLE}")
    assert namespace.call(part.observe).latched
    namespace.call(part.apply, table)
    assert not namespace.call(part.observe).latched


def test_the_latch_is_a_difference(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    run(namespace, f"add table inet {part.LATCH_TABLE}")
    assert part.difference(table, namespace.call(part.observe)) == (
        "table inet claim_gateway_closed still drops everything",
    )


def test_a_table_the_kernel_refuses_leaves_the_old_one_and_the_latch(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    run(namespace, f"add table inet {part.LATCH_TABLE}")
    before = namespace.call(part.observe)
    bad = replace(table, chains=(*table.chains, Chain("bad", ("goto nowhere",))))
    with pytest.raises(NftError):
        namespace.call(part.apply, bad)
    after = namespace.call(part.observe)
    assert (after.text, after.latched) == (before.text, True)


def test_a_foreign_rule_and_changed_elements_are_seen(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    run(namespace, f"add rule {HERE} forward accept")
    run(namespace, f"delete element {HERE} inside4 {{ 192.168.10.0/24 }}")
    run(namespace, f"add element {HERE} claim_goes6 {{ 2001:db8:10::/64 }}")
    rules = len(next(one.rules for one in table.chains if one.name == "forward"))
    assert part.difference(table, namespace.call(part.observe)) == (
        f"chain forward has {rules + 1} rules, not {rules}",
        "set claim_goes6 holds 2001:db8:10::/64, which is not declared",
        "set inside4 lacks 192.168.10.0/24",
    )


def test_a_chain_too_many_and_one_too_few_are_seen(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    run(namespace, f"add chain {HERE} side")
    more = replace(table, chains=(*table.chains, Chain("other", ("accept",))))
    assert part.difference(more, namespace.call(part.observe)) == (
        "chain other has no rules, not 1",
        "chain side has 0 rules, not none",
    )


def test_what_somebody_added_to_our_table_is_seen_and_goes(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    run(
        namespace,
        f"add set {HERE} mine {{ type mark; }}\nadd counter {HERE} own\n"
        f'add limit {HERE} some {{ rate 5/second; }}\nadd ct helper {HERE} ftp {{ type "ftp" protocol tcp; }}\n'
        f'add element {HERE} segments {{ "eth9" : goto from_lan }}',
    )
    assert part.difference(table, namespace.call(part.observe)) == (
        'map segments holds "eth9" : goto from_lan, which is not declared',
        "set mine is not declared",
        "counter own is not declared",
        "limit some is not declared",
        "ct helper ftp is not declared",
    )

    namespace.call(part.apply, table)

    assert part.difference(table, namespace.call(part.observe)) == ()


@pytest.mark.parametrize(
    ("command", "seen"),
    [
        ("add chain {} forward {{ policy accept; }}", "chain forward is declared as 'type filter hook forward"),
        ("add table {} {{ flags dormant; }}", "table inet claim_gateway is dormant"),
    ],
)
def test_a_table_that_sees_or_stops_nothing_any_more_is_put_right(
    namespace: Namespace, table: Table, command: str, seen: str
) -> None:
    namespace.call(part.apply, table)
    run(namespace, command.format(HERE))
    assert part.difference(table, namespace.call(part.observe))[0].startswith(seen)

    namespace.call(part.apply, table)

    assert part.difference(table, namespace.call(part.observe)) == ()


def test_hooks_of_other_tables_are_told(namespace: Namespace, table: Table) -> None:
    run(namespace, "table ip other {\nchain c {\ntype nat hook postrouting priority 100; policy accept;\n}\n}")
    namespace.call(part.apply, table)
    assert part.foreign(namespace.call(part.observe)) == (
        "ip other c: type nat hook postrouting priority srcnat; policy accept;",
    )


def test_a_set_that_is_missing_or_of_another_kind_is_seen(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    sets = tuple(replace(one, type="ipv6_addr") if one.name == "inside4" else one for one in table.sets)
    more = replace(table, sets=(*sets, NamedSet("more", "ipv4_addr", "interval")))
    assert part.difference(more, namespace.call(part.observe)) == (
        "set inside4 is of another kind",
        "set more is missing",
    )


def test_what_is_open_for_a_time_is_no_difference(namespace: Namespace, timed: Table) -> None:
    namespace.call(part.apply, timed)
    run(namespace, f'add element {HERE} open_lan_claim_share {{ "eth1" . "eth2" timeout 1h }}')
    run(namespace, f"add element {HERE} grant_late_claims6 {{ 2001:db8:10::21 timeout 1h }}")
    assert part.difference(timed, namespace.call(part.observe)) == ()


def test_applying_again_changes_nothing_that_can_be_seen(namespace: Namespace, timed: Table) -> None:
    namespace.call(part.apply, timed)
    before = namespace.call(part.observe)
    namespace.call(part.apply, timed)
    assert namespace.call(part.observe) == before


def test_restore_brings_the_former_table_back(namespace: Namespace, table: Table) -> None:
    namespace.call(part.apply, table)
    before = namespace.call(part.observe)
    other = replace(table, sets=(*table.sets, NamedSet("more", "ipv4_addr", "interval")))
    namespace.call(part.apply, other)
    namespace.call(part.restore, before)
    assert part.difference(table, namespace.call(part.observe)) == ()
    assert "more" not in namespace.call(part.observe).sets


def test_restore_brings_back_what_was_open_with_the_time_it_had_left(namespace: Namespace, timed: Table) -> None:
    namespace.call(part.apply, timed)
    run(namespace, f"add element {HERE} grant_late_claims4 {{ 192.168.10.21 timeout 1h expires 30m }}")
    before = namespace.call(part.observe)
    namespace.call(part.restore, before)
    (granted,) = held(namespace, "grant_late_claims4").values()
    assert granted["timeout"] == 3600
    assert 1700 < granted["expires"] <= 1800


def test_restore_without_a_former_table_leaves_none(namespace: Namespace, table: Table) -> None:
    nothing = namespace.call(part.observe)
    namespace.call(part.apply, table)
    namespace.call(part.restore, nothing)
    assert namespace.call(part.observe).text is None


def test_tables_of_others_are_none_of_ours(namespace: Namespace, table: Table) -> None:
    run(namespace, "add table ip claim_gateway\nadd table inet other")
    assert namespace.call(part.observe).text is None
    namespace.call(part.apply, table)
    tables = {(one["table"]["family"], one["table"]["name"]) for one in dump(namespace, "tables") if "table" in one}
    assert tables == {("ip", "claim_gateway"), ("inet", "other"), ("inet", "claim_gateway")}

"""The commands of a reload, and what a real kernel, real sessions and real time-outs make of them."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.enforcer.transaction import desire
from gateway.firewall import part
from gateway.firewall.nft import NftError
from gateway.firewall.observed import LiveSet, Observed
from gateway.firewall.reload import element_changes, former, reload_commands, same_kind
from gateway.firewall.table import FAMILY, TABLE, Chain, Counter, NamedSet, Table, literal
from gateway.policy.networks import merged
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.values import IpNetwork
from gateway.twin.build import Twin
from gateway.twin.namespace import Namespace, twin_name
from gateway.twin.samples import CONFIGS
from tests.firewall.kernel import HERE, counted, held, rules, run
from tests.firewall.talk import PATIENCE_S, talking, until_more

HOOK = "type filter hook forward priority filter; policy drop;"
PCS = NamedSet("pcs", "ipv4_addr", "interval", ("192.0.2.1", "192.0.2.2"))
DOORS = NamedSet("doors", "ipv4_addr", "timeout", live=True)
ASKED = NamedSet("asked", "ipv4_addr . inet_service", "dynamic,timeout", options=("timeout 30s", "size 8"), live=True)
FORWARD = Chain("forward", ("ip saddr @pcs counter name n accept", "ip saddr @doors accept"), HOOK)
SMALL = Table(FAMILY, TABLE, (Counter("n"),), (PCS, DOORS, ASKED), (FORWARD,))


def seen(table: Table) -> Observed:
    """What `observe` would say of `table`, freshly loaded."""
    return Observed(
        table.text(),
        {one.name: one.rules for one in table.chains},
        {
            one.name: LiveSet(one.type, frozenset(filter(None, one.flags.split(","))), frozenset(one.elements))
            for one in table.sets
        },
        frozenset(one.name for one in table.counters),
        latched=False,
        hooks={one.name: one.hook for one in table.chains if one.hook},
    )


NOTHING = Observed(None, {}, {}, frozenset(), latched=False)


def commands(table: Table, before: Table = SMALL) -> list[str]:
    return [line.strip() for line in reload_commands(table, seen(before)).splitlines() if line]


class TestCommands:
    def test_the_same_table_is_its_rules_anew_and_nothing_else(self) -> None:
        assert commands(SMALL) == [
            f"flush table {HERE}",
            f"add chain {HERE} forward {{ {HOOK} }}",
            *(f"add rule {HERE} forward {rule}" for rule in FORWARD.rules),
        ]

    def test_elements_go_before_others_come(self) -> None:
        moved = replace(PCS, elements=("192.0.2.2", "192.0.2.0/31"))

        assert commands(replace(SMALL, sets=(moved, DOORS, ASKED)))[2:4] == [
            f"delete element {HERE} pcs {{ 192.0.2.1 }}",
            f"add element {HERE} pcs {{ 192.0.2.0/31 }}",
        ]

    def test_a_live_set_is_never_named(self) -> None:
        before = seen(SMALL)
        doors = replace(before.sets["doors"], elements=frozenset({"192.0.2.9"}))
        opened = replace(before, sets={**before.sets, "doors": doors})

        assert "doors {" not in reload_commands(SMALL, opened)
        assert "element" not in reload_commands(SMALL, opened)

    def test_new_sets_and_counters_come_before_the_rules(self) -> None:
        more = replace(
            SMALL, counters=(Counter("n"), Counter("m")), sets=(*SMALL.sets, NamedSet("s", "ipv6_addr", "interval"))
        )
        found = commands(more)

        assert found[2:4] == [
            f"add set {HERE} s {{ type ipv6_addr; flags interval; }}",
            f"add counter {HERE} m",
        ]
        assert not [line for line in found if "pcs {" in line or line.endswith("counter n")]

    def test_a_verdict_map_changes_by_its_elements_once_the_chains_are_there(self) -> None:
        way = NamedSet("way", "ifname : verdict", "", ('"eth1" : goto forward', '"eth2" : goto forward'))
        before = replace(SMALL, sets=(*SMALL.sets, way))
        side = Chain("side", ("accept",))
        moved = replace(way, elements=('"eth1" : goto side', '"eth2" : goto forward'))
        found = commands(replace(before, sets=(*SMALL.sets, moved), chains=(side, FORWARD)), before)

        assert found[:5] == [
            f"flush table {HERE}",
            f"add chain {HERE} side",
            f"add chain {HERE} forward {{ {HOOK} }}",
            f'delete element {HERE} way {{ "eth1" : goto forward }}',
            f'add element {HERE} way {{ "eth1" : goto side }}',
        ]

    def test_a_base_chain_that_somebody_moved_is_put_back(self) -> None:
        live = replace(seen(SMALL), hooks={"forward": HOOK.replace("priority filter", "priority 300")})

        assert reload_commands(SMALL, live).splitlines()[1:3] == [
            f"delete chain {HERE} forward",
            f"add chain {HERE} forward {{ {HOOK} }}",
        ]

    def test_what_we_never_make_goes(self) -> None:
        live = replace(seen(SMALL), strangers=(("ct helper", "ftp"),))

        assert reload_commands(SMALL, live).splitlines()[-1] == f"delete ct helper {HERE} ftp"

    def test_without_a_table_everything_comes(self) -> None:
        found = reload_commands(SMALL, NOTHING).splitlines()

        assert found[0] == f"add chain {HERE} forward {{ {HOOK} }}"
        assert (
            f"add set {HERE} pcs {{ type ipv4_addr; flags interval; elements = {{ 192.0.2.1, 192.0.2.2 }}; }}" in found
        )
        assert not [line for line in found if line.startswith(("flush", "delete"))]

    def test_the_former_table_is_the_one_that_was_seen(self) -> None:
        assert reload_commands(former(seen(SMALL)), seen(SMALL)) == reload_commands(SMALL, seen(SMALL))

    def test_what_is_no_longer_declared_goes_after_the_rules_that_named_it(self) -> None:
        less = replace(SMALL, counters=(), sets=(DOORS, ASKED), chains=(Chain("input", ("accept",)),))
        found = commands(less)

        assert found[0] == f"flush table {HERE}"
        assert found[2] == f"delete set {HERE} pcs"
        assert found[-2:] == [f"delete chain {HERE} forward", f"delete counter {HERE} n"]

    def test_a_set_of_another_kind_is_made_anew(self) -> None:
        other = NamedSet("pcs", "ipv4_addr . inet_service", "interval", ("192.0.2.1 . 445",))
        found = commands(replace(SMALL, sets=(other, DOORS, ASKED)))

        assert found[2:4] == [
            f"delete set {HERE} pcs",
            f"add set {HERE} pcs {{ type ipv4_addr . inet_service; flags interval; elements = {{ 192.0.2.1 . 445 }}; }}",
        ]

    @pytest.mark.parametrize(
        ("kind", "flags", "same"),
        [
            ("ipv4_addr . inet_service", {"timeout", "dynamic"}, True),
            ("ipv4_addr . inet_service", {"timeout"}, False),
            ("ipv4_addr . inet_service", {"interval"}, False),
            ("ipv4_addr", {"timeout"}, False),
        ],
    )
    def test_kinds(self, kind: str, flags: set[str], same: bool) -> None:
        assert same_kind(ASKED, LiveSet(kind, frozenset(flags), frozenset())) is same

    def test_changes_keep_the_order_in_which_they_are_declared(self) -> None:
        wanted = replace(PCS, elements=("c", "a", "b", "kept"))
        live = LiveSet("ipv4_addr", frozenset({"interval"}), frozenset({"kept", "y", "x"}))

        assert element_changes(wanted, live) == (("c", "a", "b"), ("x", "y"))

    def test_a_live_set_keeps_what_it_may_hold(self) -> None:
        live = LiveSet("ipv4_addr", frozenset({"timeout"}), frozenset({"kept", "stray"}))

        assert element_changes(replace(ASKED, may_hold="kept".__eq__), live) == ((), ("stray",))
        assert element_changes(ASKED, live) == ((), ())


@pytest.fixture(scope="module")
def kernel() -> Iterator[Namespace]:
    """A namespace for many reloads; each test loads what it starts from."""
    made = Namespace(f"{twin_name()}-reload")
    try:
        yield made
    finally:
        made.close()


def load(kernel: Namespace, table: Table) -> None:
    """As if on a box that has no table yet."""
    kernel.call(part.restore, NOTHING)
    kernel.call(part.apply, table)


@pytest.mark.root
class TestKernel:
    def test_live_elements_keep_their_time_outs(self, kernel: Namespace) -> None:
        load(kernel, SMALL)
        run(kernel, f"add element {HERE} doors {{ 192.0.2.9 timeout 1h expires 30m }}")

        kernel.call(part.apply, replace(SMALL, sets=(replace(PCS, elements=("192.0.2.7",)), DOORS, ASKED)))

        (door,) = held(kernel, "doors").values()
        assert door["timeout"] == 3600
        assert 1700 < door["expires"] <= 1800

    def test_a_set_of_another_kind_is_replaced(self, kernel: Namespace) -> None:
        load(kernel, SMALL)
        other = NamedSet("pcs", "ipv6_addr . inet_service", "interval", ("2001:db8::/64 . 1-9",))
        forward = replace(FORWARD, rules=("ip6 saddr . tcp dport @pcs accept",))
        table = replace(SMALL, sets=(other, DOORS, ASKED), chains=(forward,))

        kernel.call(part.apply, table)

        assert part.difference(table, kernel.call(part.observe)) == ()

    def test_what_is_no_longer_declared_is_gone(self, kernel: Namespace) -> None:
        side = Chain("side", ("ip saddr @more counter name m accept",))
        more = NamedSet("more", "ipv4_addr", "interval", ("192.0.2.0/24",))
        way = replace(FORWARD, rules=(*FORWARD.rules, "goto side"))
        load(kernel, Table(FAMILY, TABLE, (Counter("n"), Counter("m")), (*SMALL.sets, more), (side, way)))

        kernel.call(part.apply, SMALL)

        found = kernel.call(part.observe)
        assert set(found.rules) == {"forward"}
        assert set(found.sets) == {"pcs", "doors", "asked"}
        assert found.counters == {"n"}

    @pytest.mark.parametrize(
        "bad",
        [
            Chain("bad", ("goto nowhere",)),
            Chain("bad", ("ip saddr @nobody accept",)),
            Chain("bad", ("accept",), "type filter hook ingress priority filter; policy drop;"),
        ],
        ids=lambda bad: bad.rules[0],
    )
    def test_a_reload_that_fails_leaves_everything(self, kernel: Namespace, bad: Chain) -> None:
        load(kernel, SMALL)
        run(kernel, f"add element {HERE} doors {{ 192.0.2.9 timeout 1h }}")
        before, said = kernel.call(part.observe), rules(kernel)
        moved = NamedSet("pcs", "ipv6_addr", "interval", ("2001:db8::/64",))

        with pytest.raises(NftError):
            kernel.call(part.apply, replace(SMALL, counters=(), sets=(moved, DOORS, ASKED), chains=(FORWARD, bad)))

        after = kernel.call(part.observe)
        assert rules(kernel) == said
        assert (after.rules, after.sets, after.counters) == (before.rules, before.sets, before.counters)
        assert set(held(kernel, "doors")) == {"192.0.2.9"}


NETWORKS = st.lists(
    st.tuples(st.integers(0, 255), st.integers(24, 32)).map(
        lambda one: ip_network((0xC0000200 | one[0], one[1]), strict=False)
    ),
    max_size=6,
)


@pytest.mark.root
@settings(max_examples=40)
@given(before=NETWORKS, after=NETWORKS)
def test_any_elements_become_any_others_however_they_overlap(
    kernel: Namespace, before: list[IpNetwork], after: list[IpNetwork]
) -> None:
    def table(networks: list[IpNetwork]) -> Table:
        literals = tuple(map(literal, merged(networks)))
        pairs = tuple(f"{one} . 10.0.0.0/8 . 1-9" for one in literals)
        sets = (
            NamedSet("s", "ipv4_addr", "interval", literals),
            NamedSet("pairs", "ipv4_addr . ipv4_addr . inet_service", "interval", pairs),
        )
        return Table(FAMILY, TABLE, (), sets, (Chain("c", ("accept",)),))

    load(kernel, table(before))
    kernel.call(part.apply, table(after))

    assert part.difference(table(after), kernel.call(part.observe)) == ()


SAMPLES = sorted(CONFIGS.glob("*.yaml"))


def walk(count: int) -> Iterator[int]:
    """From each of `count` samples to the next, to one further away, and to one further still; back to the first."""
    for stride in (1, 3, 5):
        yield from (step * stride % count for step in range(1, count + 1))


def test_the_walk_takes_three_ways_from_every_sample() -> None:
    places = [0, *walk(len(SAMPLES))]
    steps = set(pairwise(places))

    assert len(steps) == 3 * len(SAMPLES)
    assert all(len([one for one in steps if one[0] == number]) == 3 for number in range(len(SAMPLES)))


@pytest.mark.root
def test_any_sample_becomes_another_as_if_it_had_been_loaded_alone(kernel: Namespace) -> None:
    tables = [desire(load_site(path)).table for path in SAMPLES]
    alone = []
    for table in tables:
        load(kernel, table)
        alone.append(rules(kernel))

    load(kernel, tables[0])
    for number in walk(len(tables)):
        kernel.call(part.apply, tables[number])

        found = kernel.call(part.observe)
        assert part.difference(tables[number], found) == ()
        assert set(found.sets) == {one.name for one in tables[number].sets}
        assert found.counters == {one.name for one in tables[number].counters}
        assert rules(kernel) == alone[number]


@pytest.fixture(scope="module")
def after_hours() -> Iterator[Twin]:
    with Twin(load_site(CONFIGS / "after-hours.yaml")) as twin:
        twin.apply(desire(twin.site))
        yield twin


def changed(site: Site) -> Site:
    """The same site with another opening, one fewer, and one more receipt PC."""
    data = site.model_dump(by_alias=True)
    data["zones"]["lan"]["receipt_pcs"] = [
        *data["zones"]["lan"]["receipt_pcs"],
        {"name": "2", "address": "192.168.10.22"},
    ]
    data["management"] = {"from": ["192.168.10.250"], "ssh": True}
    return Site.model_validate(data | {"grants": {}, "lan_to_terminal": "shared-folder"})


@pytest.mark.root
def test_reloads_cut_nobody_and_forget_nothing(after_hours: Twin) -> None:
    gateway = after_hours.gateway
    run(gateway, f'add element {HERE} open_lan_claim_share {{ "eth1" . "eth2" timeout 1h }}')
    one, other = desire(after_hours.site).table, desire(changed(after_hours.site)).table

    with talking(after_hours) as answers:
        for number in range(20):
            until_more(answers)
            count = counted(gateway, "lan_claim_share")
            gateway.call(part.apply, other if number % 2 else one)
            assert counted(gateway, "lan_claim_share") >= count > 0
        until_more(answers)


@pytest.mark.root
def test_a_flow_that_is_gone_takes_its_sessions_along(after_hours: Twin) -> None:
    run(after_hours.gateway, f'add element {HERE} open_lan_claim_share {{ "eth1" . "eth2" timeout 1h }}')
    closed = after_hours.site.model_copy(update={"lan_to_terminal": "none", "access": "always"})
    terminal = "192.168.20.10"
    with after_hours.namespace("claim0").call(socket.create_server, (terminal, 445)) as server:
        client = after_hours.namespace("pc0").call(socket.create_connection, (terminal, 445), PATIENCE_S)
        peer, _ = server.accept()
        with client, peer:
            after_hours.gateway.call(part.apply, desire(closed).table)
            client.sendall(b"question")
            peer.settimeout(0.5)
            with pytest.raises(TimeoutError):
                peer.recv(100)

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address

import pytest

from gateway.firewall.compile import compile_table
from gateway.firewall.table import Chain, NamedSet, Table
from gateway.firewall.trace import GUARD, Met, Packet, Traced, Unreadable, trace
from gateway.policy.derive import derive
from gateway.policy.model import Protocol
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.samples import DEMO_SITE
from gateway.wiring.part import ports

CONFIGS = DEMO_SITE.parent


def table_of(site: Site) -> Table:
    return compile_table(derive(site), ports(site))


@pytest.fixture
def table(site: Site) -> Table:
    return table_of(site)


@pytest.fixture
def hospital() -> Table:
    return table_of(load_site(CONFIGS / "ipsec-router-claim-and-qualification.yaml"))


def packet(
    way: tuple[str | None, str | None], source: str, destination: str, protocol: Protocol, port: int | None = None
) -> Packet:
    return Packet(*way, ip_address(source), ip_address(destination), protocol, port)


SHARE = packet(("eth1", "eth2"), "192.168.10.21", "192.168.20.10", Protocol.TCP, 445)
BACK = packet(("eth2", "eth1"), "192.168.20.10", "192.168.10.21", Protocol.TCP, 445)


def chains(traced: Traced) -> list[str]:
    return [met.chain for met in traced.rules]


def test_an_allowed_session_meets_its_mark_its_pair_and_its_start(table: Table) -> None:
    traced = trace(table, SHARE)

    assert traced.accepted
    assert chains(traced) == ["prerouting", "prerouting", "from_lan", "forward", "lan_to_claim", "start_tcp"]
    assert traced.final.rule == "ct state new tcp flags & (fin|syn|rst|ack) == syn counter accept"


def test_ipv6_too(table: Table) -> None:
    assert trace(table, packet(("eth1", "eth2"), "2001:db8:10::21", "2001:db8:20::10", Protocol.TCP, 445)).accepted


def test_against_the_direction_the_guard_is_met_before_any_forward_rule(table: Table) -> None:
    traced = trace(table, BACK)

    assert not traced.accepted
    assert traced.final == Met(GUARD, "fwmark 0/0x40000000 blackhole")
    assert "forward" not in chains(traced)


def test_without_the_alive_mark_nothing_reaches_the_box(table: Table) -> None:
    unmarked = changed(table, {"prerouting": ("accept",)})

    traced = trace(unmarked, packet(("eth1", None), "192.168.10.21", "192.168.10.1", Protocol.TCP, 22))

    assert traced.final == Met(GUARD, "fwmark 0/0x20000000 blackhole")


def test_a_source_from_elsewhere_is_spoofed(table: Table) -> None:
    traced = trace(table, replace(SHARE, source_lives_there=False))

    assert not traced.accepted
    assert traced.final.chain == "spoofed"


@pytest.mark.parametrize("way", [("eth7", "eth2"), ("eth1", "eth7"), ("eth2", "eth2")])
def test_an_interface_nobody_declared_leads_nowhere(table: Table, way: tuple[str, str]) -> None:
    assert not trace(table, replace(SHARE, comes_by=way[0], leaves_by=way[1])).accepted


@pytest.mark.parametrize(
    ("protocol", "port", "accepted"),
    [
        (Protocol.TCP, 443, True),
        (Protocol.UDP, 53, True),
        (Protocol.UDP, 443, False),
        (Protocol.TCP, 123, False),
        (Protocol.ICMP_ECHO, None, False),
        (Protocol.ESP, None, False),
    ],
)
def test_services_of_a_system(table: Table, protocol: Protocol, port: int | None, accepted: bool) -> None:
    for source, destination in (("192.168.20.10", "203.0.113.7"), ("2001:db8:20::10", "2001:db8:c::7")):
        assert trace(table, packet(("eth2", "eth0"), source, destination, protocol, port)).accepted is accepted


def test_what_the_box_sends_starts_at_output(table: Table) -> None:
    traced = trace(table, packet((None, "eth2"), "192.168.20.1", "192.168.20.10", Protocol.TCP, 445))

    assert traced.accepted
    assert chains(traced)[0] == "output"


def test_an_address_of_another_interface_is_refused(hospital: Table) -> None:
    ssh = packet(("eth1", None), "10.1.250.1", "10.1.0.1", Protocol.TCP, 22)

    assert trace(hospital, ssh).accepted
    foreign = trace(hospital, replace(ssh, destination_type="unicast"))
    assert not foreign.accepted
    assert "weak host" in foreign.final.rule


def test_esp_has_no_ports(hospital: Table) -> None:
    assert trace(hospital, packet((None, "eth0"), "198.51.100.2", "192.0.2.10", Protocol.ESP)).accepted
    assert not trace(hospital, packet((None, "eth0"), "198.51.100.2", "192.0.2.11", Protocol.ESP)).accepted


def test_a_window_is_open_while_its_live_set_holds_the_pair() -> None:
    table = table_of(load_site(CONFIGS / "after-hours.yaml"))

    assert not trace(table, SHARE).accepted
    assert trace(table, SHARE, {"open_lan_claim_share": ('"eth1" . "eth2"',)}).accepted
    assert not trace(table, SHARE, {"open_lan_claim_share": ('"eth2" . "eth1"',)}).accepted


def test_a_grant_is_for_whom_it_was_given(hospital: Table) -> None:
    desktop = packet(("eth1", "eth2"), "10.1.240.7", "192.168.20.10", Protocol.TCP, 3389)
    given = next(one.name for one in hospital.sets if one.name.startswith("grant_terminal_desktop"))

    assert not trace(hospital, desktop).accepted
    assert trace(hospital, desktop, {given: ("10.1.240.7",)}).accepted
    assert not trace(hospital, replace(desktop, source=ip_address("10.1.240.8")), {given: ("10.1.240.8",)}).accepted


def test_a_name_is_reached_at_its_learned_addresses_while_its_hours_last(hospital: Table) -> None:
    update = packet(("eth2", "eth0"), "192.168.20.10", "192.0.2.200", Protocol.TCP, 443)
    learned = {"names_claim_wan_update_antivirus4": ("192.0.2.200",)}
    noon = {"open_claim_wan_update_antivirus": ('"eth2" . "eth0"',)}

    assert trace(hospital, update, learned | noon).accepted
    assert not trace(hospital, update, learned).accepted
    assert not trace(hospital, update, noon).accepted


def changed(table: Table, rules: Mapping[str, tuple[str, ...]]) -> Table:
    return replace(table, chains=tuple(replace(one, rules=rules.get(one.name, one.rules)) for one in table.chains))


def small(*chains: Chain, sets: tuple[NamedSet, ...] = ()) -> Table:
    return Table("inet", "test", (), sets, chains)


OUTPUT = "type filter hook output priority filter; policy {};"
SENT = packet((None, "eth0"), "192.0.2.1", "192.0.2.2", Protocol.TCP, 80)


@pytest.mark.parametrize("policy", ["accept", "drop"])
def test_the_chains_policy_decides_what_no_rule_does(policy: str) -> None:
    traced = trace(small(Chain("output", ("counter",), OUTPUT.format(policy))), SENT)

    assert traced.accepted is (policy == "accept")
    assert traced.final == Met("output", f"policy {policy}")


def test_a_jump_comes_back_and_a_goto_does_not() -> None:
    base = OUTPUT.format("drop")
    empty = Chain("empty", ("ct state established accept",))

    assert trace(small(empty, Chain("output", ("jump empty", "accept"), base)), SENT).accepted
    assert not trace(small(empty, Chain("output", ("goto empty", "accept"), base)), SENT).accepted


def test_a_goto_inside_a_jump_comes_back_to_the_jump() -> None:
    empty, middle = Chain("empty", ()), Chain("middle", ("goto empty", "drop"))

    assert trace(small(empty, middle, Chain("output", ("jump middle", "accept"), OUTPUT.format("drop"))), SENT).accepted


@pytest.mark.parametrize(
    ("elements", "accepted"),
    [
        (("192.0.2.2 . 80",), True),
        (("192.0.2.0/30 . 79-81",), True),
        (("192.0.2.2 . 81",), False),
        (("2001:db8::/32 . 80", "192.0.2.2 . 80"), True),
        ((), False),
    ],
)
def test_elements_are_addresses_prefixes_ports_and_ranges(elements: tuple[str, ...], accepted: bool) -> None:
    known = NamedSet("known", "ipv4_addr . inet_service", "interval", elements)
    rule = "ip daddr . tcp dport @known accept"

    assert trace(small(Chain("output", (rule,), OUTPUT.format("drop")), sets=(known,)), SENT).accepted is accepted


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (small(), "0 chains at the hook output"),
        (small(*(Chain(name, (), OUTPUT.format("drop")) for name in "ab")), "2 chains at the hook output"),
        (small(Chain("output", ("goto nowhere",), OUTPUT.format("drop"))), "no chain nowhere"),
        (small(Chain("output", ("ip daddr @nothing accept",), OUTPUT.format("drop"))), "no set nothing"),
        (small(Chain("output", ("queue num 1",), OUTPUT.format("drop"))), "'queue num 1' is not understood"),
    ],
)
def test_what_is_not_understood_is_never_guessed(table: Table, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        trace(table, SENT)

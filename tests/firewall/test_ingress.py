import pytest

from gateway.firewall.ingress import ingress_chains
from gateway.policy.derive import derive
from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.site.model import Site
from gateway.wiring.part import ports


@pytest.fixture
def chains(site: Site) -> dict[str, tuple[str, ...]]:
    return {chain.name: chain.rules for chain in ingress_chains(derive(site), ports(site))}


def test_marks_are_single_bits_that_do_not_meet() -> None:
    assert MAY_FORWARD.bit_count() == TABLE_ALIVE.bit_count() == 1
    assert MAY_FORWARD & TABLE_ALIVE == 0


def test_a_terminal_is_marked_as_an_answer_or_towards_where_it_goes(chains: dict[str, tuple[str, ...]]) -> None:
    marking = [rule for rule in chains["from_claim"] if f"{MAY_FORWARD:#x}" in rule]
    assert all("ct direction reply" in rule or "@claim_goes" in rule for rule in marking)


def test_the_line_is_marked_only_as_an_answer(chains: dict[str, tuple[str, ...]]) -> None:
    marking = [rule for rule in chains["from_wan"] if f"{MAY_FORWARD:#x}" in rule]
    assert marking
    assert all("ct direction reply" in rule for rule in marking)


@pytest.mark.parametrize("name", ["from_lan", "from_claim", "from_wan"])
def test_a_new_packet_meets_the_spoof_check_before_it_is_marked(chains: dict[str, tuple[str, ...]], name: str) -> None:
    rules = chains[name]
    spoof_check = next(number for number, rule in enumerate(rules) if rule.startswith("fib saddr"))
    for rule in rules[:spoof_check]:
        assert "ct state established" in rule or "ct state related" in rule or "nd-neighbor" in rule


def test_only_loopback_and_declared_ports_enter(chains: dict[str, tuple[str, ...]]) -> None:
    entry = next(rule for rule in chains["prerouting"] if "vmap" in rule)
    assert (
        entry
        == 'iifname vmap { "lo" : accept, "eth1" : goto from_lan, "eth2" : goto from_claim, "eth0" : goto from_wan }'
    )

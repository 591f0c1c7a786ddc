from gateway.firewall.box import input_chain, output_chain
from gateway.site.layout import Zone

PORTS = {Zone.LAN: "eth1", Zone.CLAIM: "eth2"}


def test_input_knows_every_port_and_ends_in_a_drop() -> None:
    rules = input_chain(PORTS).rules
    assert 'iifname vmap { "eth1" : goto lan_to_gateway, "eth2" : goto claim_to_gateway }' in rules
    assert rules[-1].startswith("counter drop")


def test_neighbour_discovery_stands_before_the_untracked_are_dropped() -> None:
    rules = input_chain(PORTS).rules
    assert next(i for i, r in enumerate(rules) if "nd-neighbor" in r) < rules.index(
        "ct state invalid,untracked counter drop"
    )


def test_foreign_local_addresses_drop_before_any_zone_is_asked() -> None:
    rules = input_chain(PORTS).rules
    assert next(i for i, r in enumerate(rules) if "fib daddr" in r) < next(
        i for i, r in enumerate(rules) if "vmap" in r
    )


def test_output_lists_what_the_box_needs() -> None:
    rules = output_chain(PORTS).rules
    assert 'oifname vmap { "eth1" : goto gateway_to_lan, "eth2" : goto gateway_to_claim }' in rules
    assert rules[-1].startswith("counter drop")
    assert not any("accept" in rule and "established" in rule for rule in rules)

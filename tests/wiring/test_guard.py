import os
import subprocess
from pathlib import Path

import pytest

from gateway.twin.namespace import Namespace
from gateway.wiring.guard import guard_rules
from gateway.wiring.model import Wiring, difference
from gateway.wiring.part import apply, observe


def test_both_families_have_the_same_guard() -> None:
    texts = [
        [str(rule).removeprefix(f"ipv{family} ") for rule in guard_rules() if rule.family == family]
        for family in (4, 6)
    ]
    assert texts[0] == texts[1]


@pytest.mark.root
def test_the_boot_script_makes_the_same_rules(namespace: Namespace, repository: Path) -> None:
    """Two programs hold the guard: a shell script for the boot, this package for the rest. They must not drift apart."""
    script = repository / "systemd" / "claim-gateway-guard"
    latch = os.environ | {"CLAIM_GATEWAY_CLOSED_NFT": str(script.with_name("claim-gateway-closed.nft"))}
    subprocess.run(namespace.command(str(script)), check=True, capture_output=True, env=latch)
    guard = Wiring(rules=guard_rules())
    assert difference(guard, namespace.call(observe, guard)) == ()
    by_script = routing_rules(namespace)

    fresh = Namespace(f"{namespace.name}-2")
    try:
        fresh.call(lambda: apply(difference(guard, observe(guard))))
        assert routing_rules(fresh) == by_script
    finally:
        fresh.close()


def routing_rules(namespace: Namespace) -> str:
    """What ip-rule(8) shows, a third opinion."""
    return "".join(
        subprocess.run(namespace.command("ip", family, "rule"), check=True, capture_output=True, text=True).stdout
        for family in ("-4", "-6")
    )

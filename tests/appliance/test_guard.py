"""A box without a site is closed, whatever its kernel would forward; and it stays so when nftables is taken away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.container import Box, Disk, disk
from tests.appliance.scene import EVERYTHING, Scene, forwarding_box

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = "claim-gateway-guard.service"
OURS = "/usr/lib/claim-gateway"
CLOSED_MESSAGE_ID = "0c17c5360d2b42788689d684ac005a85"


def _install_guard(kept: Disk) -> None:
    kept.write(f"{OURS}/claim-gateway-guard", (SYSTEMD / "claim-gateway-guard").read_text(), 0o755)
    kept.write(f"{OURS}/claim-gateway-closed.nft", (SYSTEMD / "claim-gateway-closed.nft").read_text())
    kept.write(f"/etc/systemd/system/{UNIT}", (SYSTEMD / UNIT).read_text())
    kept.enable(UNIT, "sysinit.target")


@pytest.fixture(scope="module")
def guarded(tree: Path) -> Iterator[Scene]:
    """A forwarding box with the guard and no site file."""
    with disk(tree) as kept:
        _install_guard(kept)
        with forwarding_box(kept) as scene:
            yield scene


def test_the_probes_would_see_an_open_box(tree: Path) -> None:
    """The positive control: without the guard the same box lets everything through."""
    with disk(tree) as kept, forwarding_box(kept) as bare:
        assert bare.passing() == EVERYTHING


def test_nothing_passes_without_a_site(guarded: Scene) -> None:
    assert guarded.passing() == set()


def test_the_guard_is_active_and_says_that_the_box_is_closed(guarded: Scene) -> None:
    journal = guarded.box.says("journalctl", "-o", "cat", f"MESSAGE_ID={CLOSED_MESSAGE_ID}")

    assert guarded.box.state(UNIT) == "active"
    assert guarded.box.says("systemctl", "--failed", "--no-legend") == ""
    assert journal == "The box is closed: nothing passes in either direction until a site is applied."


def test_the_guard_stands_before_the_network(guarded: Scene) -> None:
    order = guarded.box.says("systemctl", "show", "--property=Before", UNIT)

    assert "network-pre.target" in order


def test_a_second_run_leaves_the_same_rules(guarded: Scene) -> None:
    def rules() -> list[str]:
        return [guarded.box.says("ip", family, "rule", "show") for family in ("-4", "-6")]

    before = rules()
    guarded.box.run(f"{OURS}/claim-gateway-guard")

    assert rules() == before


def test_the_routing_guard_holds_without_nftables(guarded: Scene) -> None:
    guarded.box.run("nft", "flush", "ruleset")
    try:
        assert guarded.passing() == set()
    finally:
        guarded.box.run("systemctl", "restart", UNIT)


def test_a_renamed_port_is_closed_too(guarded: Scene) -> None:
    guarded.box.run("nft", "flush", "ruleset")
    _rename(guarded.box, "eth2", "late0")
    try:
        assert guarded.passing() == set()
    finally:
        _rename(guarded.box, "late0", "eth2")
        guarded.box.run("systemctl", "restart", UNIT)


def test_a_latch_that_cannot_be_loaded_fails_the_unit_but_opens_nothing(tree: Path) -> None:
    with disk(tree) as kept:
        _install_guard(kept)
        kept.write(f"{OURS}/claim-gateway-closed.nft", "table inet broken {\n")

        with forwarding_box(kept) as scene:
            assert scene.box.state(UNIT) == "failed"
            assert "The guard is not whole" in scene.box.says("journalctl", "-o", "cat", "--priority=2")
            assert scene.passing() == set()


def _rename(box: Box, old: str, new: str) -> None:
    box.run("sh", "-c", f"ip link set {old} down && ip link set {old} name {new} && ip link set {new} up")

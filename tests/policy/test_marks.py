from pathlib import Path

from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE


def test_each_mark_is_one_bit_of_its_own() -> None:
    assert MAY_FORWARD.bit_count() == TABLE_ALIVE.bit_count() == 1
    assert MAY_FORWARD & TABLE_ALIVE == 0


def test_the_boot_script_asks_for_the_same_bits(repository: Path) -> None:
    script = (repository / "systemd" / "claim-gateway-guard").read_text()
    assert f"={MAY_FORWARD:#x}" in script
    assert f"={TABLE_ALIVE:#x}" in script

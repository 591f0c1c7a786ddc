from pathlib import Path

import pytest

from gateway.twin.samples import CONFIGS
from tests.twin.layouts.scenario import opens

SAMPLES = sorted(CONFIGS.glob("*.yaml"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_has_its_scenario(path: Path) -> None:
    scenario = Path(__file__).with_name(f"test_{path.stem.replace('-', '_')}.py")

    assert f'SAMPLE = "{path.stem}"' in scenario.read_text()


def test_a_line_is_each_of_its_services_at_each_of_its_addresses() -> None:
    assert opens("""
        claim > wan: tcp 443, esp: 203.0.113.1 2001:db8:c::1
        lan > gateway: udp 53: 192.168.10.1
    """) == {
        ("claim", "wan", "tcp 443", 4, "203.0.113.1"),
        ("claim", "wan", "esp", 4, "203.0.113.1"),
        ("claim", "wan", "tcp 443", 6, "2001:db8:c::1"),
        ("claim", "wan", "esp", 6, "2001:db8:c::1"),
        ("lan", "gateway", "udp 53", 4, "192.168.10.1"),
    }

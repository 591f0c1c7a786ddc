import json
import sys

import pytest

from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root
PLAN = (sys.executable, "-m", "gateway.cli.main", "plan", "--lang", "en")


def test_what_is_as_declared_is_exit_0(served: Rig) -> None:
    done = served.run_here(*PLAN, str(served.site_file))
    assert (done.returncode, done.stdout) == (0, f"{served.site_file}: this box is as declared\n")


def test_differences_are_told_down_to_the_rule_and_nothing_changes(served: Rig) -> None:
    other = served.variant("planned", "192.168.10.1/24", "192.168.10.2/24")
    done = served.run_here(*PLAN, str(other))
    assert done.returncode == 1
    assert "  wiring: + address 192.168.10.2/24 on eth1\n  wiring: - address 192.168.10.1/24 on eth1\n" in done.stdout
    assert served.run_here(*PLAN, str(served.site_file)).returncode == 0


def test_as_json_each_has_its_part(served: Rig) -> None:
    other = served.variant("planned", "access: {hours", "management: {from: [192.168.10.9], ssh: true}\naccess: {hours")
    done = served.run_here(*PLAN, str(other), "--json")
    found = [(one["part"], one["text"]) for one in json.loads(done.stdout)]
    assert {part for part, _ in found} == {"nftables"}
    assert any(text.startswith("+ lan_to_gateway: ") and "lan-gateway-ssh" in text for _, text in found)


def test_without_the_right_to_look_it_is_exit_4(served: Rig) -> None:
    powerless = ("setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin", "--", *PLAN)
    assert served.run_here(*powerless, str(served.site_file)).returncode == 4

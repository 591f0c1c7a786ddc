from pathlib import Path

import pytest

from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root


def test_without_a_site_it_ends_with_exit_4_and_the_box_stays_closed(box: Rig) -> None:
    box.site_file.unlink()
    done = box.command("enforcer", "--site", str(box.site_file))
    assert done.returncode == 4
    assert "no site was ever confirmed on this box: it stays closed" in done.stderr


def test_a_wrong_site_file_is_exit_2(box: Rig) -> None:
    box.site_file.write_text("site: {name: [\n")
    done = box.command("enforcer", "--site", str(box.site_file))
    assert done.returncode == 2
    assert f"{box.site_file}:" in done.stderr


def test_a_missing_port_is_exit_4_and_another_start_finds_it(box: Rig) -> None:
    box.run_here("ip", "link", "set", "eth2", "name", "late0")
    done = box.command("enforcer", "--site", str(box.site_file))
    assert done.returncode == 4
    assert "no such port: eth2" in done.stderr
    box.run_here("ip", "link", "set", "late0", "name", "eth2")
    box.start()


def test_a_damaged_state_is_exit_4_in_one_line(box: Rig) -> None:
    box.start()
    box.stop()
    Path(box.state / "standing.json").write_text("{")
    done = box.command("enforcer")
    assert done.returncode == 4
    assert "standing.json: cannot be read" in done.stderr.splitlines()[-1]

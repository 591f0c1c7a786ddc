import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.command import Denied
from gateway.cli.reach import carried_out, place_arguments
from gateway.enforcer.requests import Confirm, Grants
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root


def places(rig: Rig) -> argparse.Namespace:
    return argparse.Namespace(command="grants", run_dir=rig.run, state_dir=rig.state)


def test_a_running_enforcer_is_asked(served: Rig) -> None:
    assert [one["grant"] for one in carried_out(places(served), Grants())["grants"]] == ["late-claims"]


def test_what_it_denies_is_a_denial(served: Rig) -> None:
    with pytest.raises(Denied):
        carried_out(places(served), Confirm())


def test_without_one_the_command_does_the_same_itself(after_hours: Rig) -> None:
    """From the console, with no daemon: apply, grant, revoke, rollback."""
    assert after_hours.command("apply", str(after_hours.site_file)).returncode == 0
    assert after_hours.command("grant", "late-claims", "--for", "1m").returncode == 0
    assert "closed" not in after_hours.command("grants").stdout
    assert after_hours.command("revoke", "late-claims").stdout == "late-claims: closed\n"
    after_hours.start()
    after_hours.kill()  # a killed one leaves its socket behind: that is no enforcer either
    refused = after_hours.command("apply", str(after_hours.site_file), "--confirm-within", "5m")
    assert refused.returncode == 4
    assert "--confirm-within needs the enforcer" in refused.stderr


def test_two_at_once_the_second_is_told_who_is_at_it(after_hours: Rig) -> None:
    hold = (
        "import sys\nfrom pathlib import Path\nfrom gateway.enforcer.lock import alone\nfrom gateway.enforcer.store import Store\n"
        "from gateway.enforcer.person import myself\n"
        "with alone(Store(Path(sys.argv[1])).root, myself()):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(after_hours.state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        done = after_hours.command("apply", str(after_hours.site_file))
        assert done.returncode == 4
        assert f"pid {holder.pid}) is at it" in done.stderr
        holder.kill()


def test_the_directories_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAIM_GATEWAY_ENFORCER_STATE_DIR", "/there")
    parser = argparse.ArgumentParser()
    place_arguments(parser)
    found = parser.parse_args([])
    assert (found.state_dir, found.run_dir) == (Path("/there"), Path("/run/claim-gateway-enforcer"))

"""The units as systemd rates them, without a running systemd."""

import shutil
import subprocess
from pathlib import Path

import pytest

# systemd-analyze security, exposure times ten: below 20 it says OK. What is left is what each is for: the network
# (and, for guard and enforcer, the right to configure it; for the enforcer, a namespace to try a candidate in).
EXPOSURE_MAX = {"guard": 18, "enforcer": 29, "relay": 12, "resolver": 15}


@pytest.mark.parametrize("name", EXPOSURE_MAX)
def test_exposure_does_not_grow(repository: Path, name: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = repository / "systemd" / f"claim-gateway-{name}.service"
    threshold = f"--threshold={EXPOSURE_MAX[name]}"

    rated = subprocess.run(
        ("systemd-analyze", "security", "--offline=true", "--no-pager", threshold, str(unit)),
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )

    assert rated.returncode == 0, rated.stdout.splitlines()[-1]

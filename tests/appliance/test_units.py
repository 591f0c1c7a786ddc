"""The units as systemd rates them, without a running systemd."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

# systemd-analyze security, exposure times ten: below 20 it says OK. What is left is what each is for: the network
# (and, for guard, enforcer and dial-up, the right to configure it; for the enforcer, a namespace to try a candidate in).
EXPOSURE_MAX = {
    "guard": 16,
    "enforcer": 25,
    "relay": 14,
    "resolver": 14,
    "leases@": 17,
    "names@": 15,
    "time@": 15,
    "line": 13,
    "dial@": 26,
    "status": 12,
    "share": 19,
    "share-accounts": 13,
    "journal-copy": 12,
}
SYSTEMD = Path(__file__).parents[2] / "systemd"
TELLING = tuple(
    path
    for path in SYSTEMD.glob("*.service")
    if "venv/bin/claim-gateway" in path.read_text() and "claim-gateway status" not in path.read_text()
)
"""Every unit of ours but the one that only looks: also those that others add."""
DAEMONS = ("enforcer", "relay", "resolver", "share")


@pytest.fixture
def analyze() -> None:
    """Skips where systemd is not installed."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")


def unit(name: str) -> Path:
    """Its file in the repository."""
    return SYSTEMD / f"claim-gateway-{name}.service"


def rated(name: str) -> subprocess.CompletedProcess[str]:
    """What systemd-analyze says of the file."""
    return subprocess.run(
        (
            *("systemd-analyze", "security", "--offline=true", "--no-pager"),
            *(f"--threshold={EXPOSURE_MAX[name]}", str(unit(name))),
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )


def test_every_service_is_rated() -> None:
    assert {path.stem.removeprefix("claim-gateway-") for path in SYSTEMD.glob("*.service")} >= set(EXPOSURE_MAX)


@pytest.mark.usefixtures("analyze")
@pytest.mark.parametrize("name", EXPOSURE_MAX)
def test_exposure_does_not_grow(name: str) -> None:
    said = rated(name)

    assert said.returncode == 0, said.stdout.splitlines()[-1]


@pytest.mark.usefixtures("analyze")
@pytest.mark.parametrize("name", EXPOSURE_MAX)
def test_what_is_left_is_set_on_purpose_or_a_comment_says_why_not(name: str) -> None:
    left = {found[1] for found in re.finditer(r"^✗ (\w+)=", rated(name).stdout, re.MULTILINE)}

    assert left
    assert [item for item in left if not re.search(rf"\b{item}=", unit(name).read_text())] == []


@pytest.mark.parametrize("name", DAEMONS)
def test_a_daemon_is_watched_comes_back_however_it_ended_and_cannot_drown_the_journal(name: str) -> None:
    lines = unit(name).read_text().splitlines()

    wanted = {
        "Type=notify",
        "WatchdogSec=60",
        "Restart=always",
        "PartOf=claim-gateway.target",
        "LogRateLimitBurst=1000",
    }
    assert wanted <= set(lines)
    assert "WantedBy=claim-gateway.target" in lines


def test_the_enforcer_is_never_given_up() -> None:
    assert "StartLimitIntervalSec=0" in unit("enforcer").read_text().splitlines()


@pytest.mark.root
@pytest.mark.usefixtures("analyze")
def test_users_and_places_are_what_the_units_name(tmp_path: Path) -> None:
    """sysusers.d and tmpfiles.d on an empty root, as Debian's own tools read them."""
    (tmp_path / "etc").mkdir()
    for tool, name in (("systemd-sysusers", "sysusers"), ("systemd-tmpfiles", "tmpfiles")):
        create = ("--create",) if name == "tmpfiles" else ()
        file = str(SYSTEMD / f"claim-gateway-{name}.conf")
        subprocess.run((tool, f"--root={tmp_path}", *create, file), check=True, capture_output=True, timeout=10)

    users = {line.split(":")[0] for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    groups = {line.split(":")[0] for line in (tmp_path / "etc/group").read_text().splitlines()}
    named = {
        value
        for path in SYSTEMD.glob("*.service")
        for value in re.findall(r"^User=(\S+)", path.read_text(), re.MULTILINE)
    }
    assert named <= users
    assert named | {"claim-gateway"} <= groups
    assert (tmp_path / "etc/claim-gateway/credentials").stat().st_mode & 0o777 == 0o700
    link = tmp_path / "etc/issue.d/claim-gateway.issue"
    assert str(link.readlink()).endswith("/run/claim-gateway-status/issue")


@pytest.mark.parametrize("path", TELLING, ids=lambda one: one.stem)
def test_whoever_tells_the_journal_may_ask_whether_the_clock_is_synchronised(path: Path) -> None:
    """Else the first message would be its last: the filter kills."""
    text = path.read_text()

    assert re.search(r"^SystemCallFilter=.*\badjtimex clock_adjtime\b", text, re.MULTILINE)
    assert not re.search(r"^ProtectClock=yes", text, re.MULTILINE)

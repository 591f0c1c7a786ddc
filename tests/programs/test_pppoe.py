import os
import subprocess
from pathlib import Path

import pytest

from gateway.programs.pppoe import dial_services
from gateway.site.model import Site
from tests.policy.sites import site_on_a_line
from tests.programs.written import sites

PREPARES = Path(__file__).parents[2] / "systemd" / "claim-gateway-dial"


def options() -> list[str]:
    (service,) = dial_services(sites()["dials"])
    return service.file.text.splitlines()


def test_it_makes_the_interface_and_no_route() -> None:
    assert {"nic-eth0", "ifname ppp-wan", "nodefaultroute", "noproxyarp", "noipv6"} <= set(options())


def test_it_dials_without_end_and_notices_a_dead_line() -> None:
    assert {"persist", "maxfail 0", "holdoff 10", "lcp-echo-interval 10", "lcp-echo-failure 3"} <= set(options())


def test_the_account_is_quoted_and_the_password_is_not_there() -> None:
    assert 'user "clinic \\"1\\"@isp.example"' in options()
    assert "hide-password" in options()
    assert not [word for word in options() if word.startswith(("password ", "debug"))]


def test_nobody_dials_unless_asked_to(site: Site) -> None:
    assert not list(dial_services(site))


def prepare(folder: Path, password: bytes | None, mode: int = 0o600) -> tuple[int, str, str]:
    """Exit code, what is said, and what pppd would read."""
    told, account = folder / "dial-wan.conf", folder / "account"
    told.write_text("\n".join(options()))
    (folder / "credentials").mkdir()
    if password is not None:
        (folder / "credentials/line").write_bytes(password)
        (folder / "credentials/line").chmod(mode)
    environment = os.environ | {"CLAIM_GATEWAY_ACCOUNT": str(account), "CLAIM_GATEWAY_FOLDER": str(folder)}
    done = subprocess.run(
        ("sh", str(PREPARES), str(told)), env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr, account.read_text() if account.exists() else ""


@pytest.mark.root
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_pppd_reads_the_password_as_it_is(tmp_path: Path, end: bytes) -> None:
    assert prepare(tmp_path, b'a"b\\c d#e' + end) == (
        0,
        "",
        'password "a\\"b\\\\c d#e"\n'.removesuffix("\n" * (not end)),
    )
    assert (tmp_path / "account").stat().st_mode & 0o777 == 0o600


@pytest.mark.root
@pytest.mark.parametrize(
    ("password", "mode", "said"),
    [
        (None, 0, "is not there"),
        (b"secret\n", 0o640, "can be read by others. run: chmod 600"),
        (b"", 0o600, "does not hold one password"),
        (b"one\ntwo\n", 0o600, "does not hold one password"),
        (b"x" * 257, 0o600, "does not hold one password"),
    ],
)
def test_a_file_that_is_no_password_of_roots_is_refused(
    tmp_path: Path, password: bytes | None, mode: int, said: str
) -> None:
    code, told, account = prepare(tmp_path, password, mode)
    assert code == 1
    assert said in told
    assert (account, "secret" in told) == ("", False)


def test_the_line_carries_what_the_site_declares() -> None:
    account = {"user": "clinic@isp.example", "password_file": "credentials/line", "mtu": 1492}
    (service,) = dial_services(site_on_a_line({"pppoe": account}))

    assert {"mtu 1454", "mru 1454"} <= set(options())
    assert {"mtu 1492", "mru 1492"} <= set(service.file.text.splitlines())

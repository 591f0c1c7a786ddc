"""What clients do to the socket, and that none of it disturbs enforcement."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from gateway.enforcer.client import SOCKET, NotHeard
from gateway.enforcer.control import CLIENTS_MAX, REQUEST_TIMEOUT_S
from gateway.enforcer.requests import LINE_MAX_BYTES, Grants
from gateway.site.load import load_site
from gateway.twin.build import Twin
from gateway.twin.samples import DEMO_SITE
from tests.enforcer.rig import PATIENCE_S, Rig, rig

pytestmark = pytest.mark.root


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """One running enforcer for all of these."""
    with Twin(load_site(DEMO_SITE)) as twin, rig(twin, tmp_path_factory.mktemp("served"), DEMO_SITE) as made:
        made.start()
        yield made


def connected(path: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(PATIENCE_S)
    line.connect(str(path))
    return line


def answer(path: Path, sent: bytes) -> dict[str, object]:
    with connected(path) as line, line.makefile("rb") as reader:
        line.sendall(sent)
        said: dict[str, object] = json.loads(reader.readline())
        return said


@pytest.mark.parametrize(
    "sent",
    [
        b"\n",
        b"{\n",
        b"[]\n",
        b"\xff\xfe\x00\n",
        b'{"do": "open everything"}\n',
        b'{"do": "grant"}\n',
        b'{"do": "confirm", "extra": 1}\n',
        b'{"do": "rollback", "steps": 0}\n',
        b'{"do": "apply", "site": 3}\n',
        b'{"do": "apply", "site": "\\ud800"}\n',
        b'{"do": "grant", "name": "x", "source": "192.168.10.0/24"}\n',
        b'{"do": "apply", "site": "", "confirm_within": "P1D"}\n',
        b"[" * 100_000 + b"\n",
    ],
    ids=lambda sent: sent[:40],
)
def test_what_is_no_request_is_answered_in_one_line(served: Rig, sent: bytes) -> None:
    said = answer(served.run / SOCKET, sent)
    assert said["ok"] is False
    assert "\n" not in str(said["error"]).strip()


def test_a_line_that_never_ends_is_cut_off(served: Rig) -> None:
    with connected(served.run / SOCKET) as line:
        assert cut_off(line)
    assert served.status()["failing"] == []


def hung_up(line: socket.socket) -> bool:
    """Whether the other end is gone, politely or not, though we said nothing."""
    try:
        return line.recv(1) == b""
    except ConnectionError:
        return True


def cut_off(line: socket.socket) -> bool:
    """Whether the other end hangs up on us, politely or not."""
    try:
        for _ in range(3 * LINE_MAX_BYTES // 65_536):
            line.sendall(b"x" * 65_536)
        while line.recv(65_536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


def test_clients_past_the_limit_are_turned_away_and_the_others_served(served: Rig) -> None:
    path = served.run / SOCKET
    with ExitStack() as held:
        lines = [held.enter_context(connected(path)) for _ in range(CLIENTS_MAX)]
        for line in lines:
            line.sendall(b'{"do": "grants"}\n')
            assert line.recv(4096).startswith(b'{"ok": true')
        with connected(path) as late:
            late.settimeout(REQUEST_TIMEOUT_S / 2)  # at once, not when its time to speak is over
            assert hung_up(late)
        lines[0].sendall(b'{"do": "grants"}\n')
        assert lines[0].recv(4096).startswith(b'{"ok": true')
    assert served.ask(Grants()) == {"grants": []}


def test_thousands_of_clients_do_not_keep_it_from_repairing(served: Rig) -> None:
    path, repairs = served.run / SOCKET, int(served.status()["repairs"])
    script = (
        "import socket, sys\n"
        "for _ in range(3000):\n"
        "    line = socket.socket(socket.AF_UNIX); line.connect(sys.argv[1]); line.send(b'{' * 100)\n"
        "    line.close()\n"
    )
    crowd = [subprocess.Popen([sys.executable, "-c", script, str(path)], stderr=subprocess.DEVNULL) for _ in range(2)]
    served.run_here("ip", "rule", "add", "pref", "5", "lookup", "main")
    served.until(lambda: "5:" not in served.run_here("ip", "rule").stdout.split())
    for one in crowd:
        one.wait(PATIENCE_S)
    served.until(lambda: answered(served) and served.status()["repairs"] == repairs + 1)


def answered(served: Rig) -> bool:
    """Whether the crowd has gone: until then anybody may be turned away."""
    try:
        return bool(served.status())
    except NotHeard:
        return False


def test_a_stranger_is_not_heard(served: Rig) -> None:
    """The socket's mode keeps strangers out; and were it wide open, the kernel says who asks."""
    path = served.run / SOCKET
    for above in path.parents:
        above.chmod(above.stat().st_mode | 0o001)
    script = (
        "import socket, sys\nline = socket.socket(socket.AF_UNIX); line.connect(sys.argv[1])\n"
        "sys.exit(1 if line.recv(100) else 0)\n"
    )
    words = [
        "setpriv",
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
        "--",
        "/usr/bin/python3",
        "-c",
        script,
    ]
    shut = subprocess.run([*words, str(path)], capture_output=True, text=True, check=False)
    assert "PermissionError" in shut.stderr
    path.chmod(0o666)
    assert subprocess.run([*words, str(path)], check=False).returncode == 0
    served.until_said("user 65534 (pid ")

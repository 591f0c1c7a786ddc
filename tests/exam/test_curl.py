"""curl, and the libssh2 that it speaks SSH with."""

import pytest

from tests.exam.conftest import Exam

pytestmark = pytest.mark.exam

SCRIPT = """
import socket, sys
from ssh2.session import Session
from ssh2.sftp import LIBSSH2_FXF_CREAT, LIBSSH2_FXF_READ, LIBSSH2_FXF_TRUNC, LIBSSH2_FXF_WRITE
port, key, source, back = sys.argv[1:]
session = Session()
session.handshake(socket.create_connection(("127.0.0.1", int(port))))
session.userauth_publickey_fromfile("yamada", key)
files = session.sftp_init()
with files.open("/請求/LIBSSH2.UKE", LIBSSH2_FXF_CREAT | LIBSSH2_FXF_TRUNC | LIBSSH2_FXF_WRITE, 0o644) as out:
    out.write(open(source, "rb").read())
with files.open("/請求/LIBSSH2.UKE", LIBSSH2_FXF_READ, 0) as file, open(back, "wb") as out:
    for size, data in file:
        out.write(data)
"""


def test_libssh2_as_curl_has_it_today(exam: Exam) -> None:
    source, back = exam.claims / "R3.UKE", exam.drop.place / "libssh2-back"

    done = exam.python("-c", SCRIPT, str(exam.drop.port), str(exam.key), str(source), str(back))

    assert done.returncode == 0, done.stderr
    assert back.read_bytes() == exam.taken("LIBSSH2.UKE") == source.read_bytes()


def test_debian_12_s_curl_is_turned_away_for_its_libssh2(exam: Exam) -> None:
    """Expected difference: libssh2 1.10 has neither AES-GCM nor encrypt-then-MAC, and ssh-audit warns of all it has."""
    url = f"sftp://127.0.0.1:{exam.drop.port}/%E8%AB%8B%E6%B1%82/CURL.UKE"
    how = ("--insecure", "--key", str(exam.key), "--pubkey", f"{exam.key}.pub", "-u", "yamada:")

    done = exam.run("curl", "-sS", *how, "-T", str(exam.claims / "R1.UKE"), url)

    old = "libssh2/1.10" in exam.run("curl", "--version").stdout
    assert (done.returncode, "CURL.UKE" in exam.names()) == ((2, False) if old else (0, True)), done.stderr

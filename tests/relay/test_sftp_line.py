"""What crosses the wire to a real sshd: which algorithms, and in which order bytes and names are made durable."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay.errors import Refused
from gateway.relay.sftp_line import CIPHERS, Line, private_key
from gateway.twin.sshd import Sshd
from tests.relay.conftest import run, sftp_account_of, sftp_shelf

CONTENT = b"a patient's claim " * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
_REQUEST = re.compile(r"request \d+: (open|write|fsync|read|rename|close|mkdir|lstat)\b")


@pytest.mark.root
def test_bytes_are_synced_before_they_are_read_back_and_the_names_after_the_rename(
    own_sftp_terminal: Sshd, tmp_path: Path
) -> None:
    log = tmp_path / "wire"
    own_sftp_terminal.stop()
    server = f"/usr/lib/openssh/sftp-server -e -l DEBUG3 -d {own_sftp_terminal.home} 2>>{log}"
    own_sftp_terminal.configure(server)
    own_sftp_terminal.start()
    source = tmp_path / "source"
    source.write_bytes(CONTENT)

    async def work() -> None:
        shelf = sftp_shelf(own_sftp_terminal)
        verified = await shelf.put_verified(source, PurePosixPath(".gateway/x.1"), DIGEST)
        await verified.publish(PurePosixPath("claims/x"))
        await shelf.close()

    run(work)

    asked = _REQUEST.findall(log.read_text())
    asked = asked[asked.index("write") :]
    assert asked[:3] == ["write", "fsync", "read"]
    renaming = asked.index("rename")
    # The file, then the folder it came to, then the one it came from.
    assert asked[renaming:] == ["rename", "fsync", "close", "open", "fsync", "close", "open", "fsync", "close"]


@pytest.mark.root
def test_a_server_with_old_ciphers_alone_is_refused(own_sftp_terminal: Sshd) -> None:
    configuration = own_sftp_terminal.place / "sshd_config"
    own_sftp_terminal.stop()
    configuration.write_text(configuration.read_text() + "Ciphers aes128-ctr,chacha20-poly1305@openssh.com\n")
    own_sftp_terminal.start()

    async def work() -> None:
        with pytest.raises(Refused, match="too-old"):
            await Line.connect(sftp_account_of(own_sftp_terminal))

    run(work)


@pytest.mark.root
def test_the_pinned_algorithms_are_the_ones_in_use(sftp_terminal: Sshd) -> None:
    async def work() -> None:
        line = await Line.connect(sftp_account_of(sftp_terminal))
        assert line.alive
        assert line._connection.get_extra_info("send_cipher") in CIPHERS
        assert line._connection.get_extra_info("recv_cipher") in CIPHERS
        await line.hang_up(timedelta(seconds=2).total_seconds())
        assert not line.alive

    run(work)


@pytest.mark.parametrize(
    "content", [b"", b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"]
)
def test_what_is_no_key_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="key-unreadable"):
        private_key(content)

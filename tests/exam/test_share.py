"""Debian's smbclient and PyPI's smbprotocol (its path-based layer) against the Windows share, as its unit runs it."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay.windows_share.scene import LAN, LAN6, PASSWORDS, ShareBox, network, place

pytestmark = [pytest.mark.exam, pytest.mark.root]

SHARE = "【厳秘】請求ゲートウェイ"
SIZE = 50_000_000

# What each client asks for, and what it must be told. Every refusal here is meant; docs/exams.md says why.
SMBCLIENT = {
    "lists the folders": ("ls", "保留"),
    "makes a folder": ("mkdir 請求/社保/f; ls 請求/社保/*", "  f  "),
    "renames within a folder": ("put {small} 請求/a.tmp; rename 請求/a.tmp 請求/b.tmp; ls 請求/*", "b.tmp"),
    "removes": ("put {small} 請求/c.tmp; del 請求/c.tmp; ls 請求/c.tmp", "NT_STATUS_NO_SUCH_FILE"),
    "asks for a file's facts": ("put {small} 請求/d.tmp; allinfo 請求/d.tmp", "5 bytes"),
    "is refused where one only reads": ("put {small} 返戻/x.tmp", "NT_STATUS_MEDIA_WRITE_PROTECTED"),
    "is refused a renaming between folders": ("put {small} 請求/e.tmp; rename 請求/e.tmp 保留/e.tmp", "NT_STATUS_NOT_SAME_DEVICE"),
    "is refused a stream": ("put {small} 請求/e.tmp:s", "NT_STATUS_OBJECT_NAME_INVALID"),
    "is refused a device's name": ("put {small} 請求/CON", "NT_STATUS_"),
    "is refused POSIX extensions": ("posix", "Server doesn't support UNIX CIFS extensions"),
    "is refused extended attributes": ("put {small} 請求/g.tmp; setea 請求/g.tmp a b", "NT_STATUS_EAS_NOT_SUPPORTED"),
}  # fmt: skip


@pytest.fixture(scope="module")
def share() -> Iterator[ShareBox]:
    with network() as lan, place() as here, ShareBox(here, lan) as box:
        yield box


def smbclient(share: ShareBox, order: str, server: str = LAN) -> str:
    account = share.place / "account"
    account.write_text(f"username = yamada\npassword = {PASSWORDS['yamada']}\n")
    done = subprocess.run(
        share.network.pc.command(
            *(
                "smbclient",
                f"//gateway/{SHARE}",
                "--ip-address",
                server,
                "--client-protection=encrypt",
                "--timeout",
                "20",
            ),
            *("--configfile", "/dev/null", "--authentication-file", str(account), "--command", order),
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"LANG": "C.UTF-8"},
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("asked", SMBCLIENT)
def test_smbclient(share: ShareBox, asked: str, tmp_path: Path) -> None:
    order, told = SMBCLIENT[asked]
    small = tmp_path / "small"
    small.write_text("small")

    assert told in smbclient(share, order.format(small=small))


@pytest.mark.parametrize("server", [LAN, LAN6])
def test_smbclient_brings_fifty_megabytes_there_and_back(share: ShareBox, server: str, tmp_path: Path) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    there.write_bytes(os.urandom(SIZE))

    smbclient(share, f"put {there} 請求/large.tmp; get 請求/large.tmp {back}; del 請求/large.tmp", server)

    assert hashlib.sha256(back.read_bytes()).digest() == hashlib.sha256(there.read_bytes()).digest()


def test_smbclient_puts_a_hundred_files(share: ShareBox, tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"{number}.tmp").write_bytes(os.urandom(1000))

    smbclient(share, f"lcd {tmp_path}; cd 請求/国保; prompt; mput *.tmp")

    folder = share.places.drop / "国保"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        path.name: path.read_bytes() for path in tmp_path.iterdir()
    }


_LAYER = """
import sys
import smbclient
from smbprotocol.exceptions import SMBOSError
logon, password, server, share = sys.stdin.read().split("\\n")[:4]
smbclient.register_session(server, logon, password, encrypt=True)
top = rf"\\\\{server}\\{share}"
content = bytes(range(256)) * 20000
with smbclient.open_file(rf"{top}\\請求\\社保\\p.tmp", "wb") as out:
    out.write(content)
with smbclient.open_file(rf"{top}\\請求\\社保\\p.tmp", "rb") as back:
    print("whole", back.read() == content)
print("size", smbclient.stat(rf"{top}\\請求\\社保\\p.tmp").st_size == len(content))
smbclient.rename(rf"{top}\\請求\\社保\\p.tmp", rf"{top}\\請求\\社保\\q.tmp")
print("names", sorted(smbclient.listdir(rf"{top}\\請求\\社保")))
for what, act in {
    "stream": lambda: smbclient.open_file(rf"{top}\\請求\\q.tmp:s", "wb").close(),
    "link": lambda: smbclient.symlink(rf"{top}\\請求\\社保\\q.tmp", rf"{top}\\請求\\l"),
    "hard-link": lambda: smbclient.link(rf"{top}\\請求\\社保\\q.tmp", rf"{top}\\請求\\l"),
    "read-only": lambda: smbclient.mkdir(rf"{top}\\返戻\\f"),
    "extended-attribute": lambda: smbclient.setxattr(rf"{top}\\請求\\社保\\q.tmp", b"a", b"b"),
}.items():
    try:
        act()
        print(what, "done")
    except (OSError, ValueError) as error:
        print(what, "refused")
smbclient.remove(rf"{top}\\請求\\社保\\q.tmp")
print("names", sorted(smbclient.listdir(rf"{top}\\請求\\社保")))
"""


def test_smbprotocols_own_file_layer(share: ShareBox) -> None:
    words = ("yamada", PASSWORDS["yamada"], LAN, SHARE)
    done = subprocess.run(
        share.network.pc.command(sys.executable, "-c", _LAYER),
        input="\n".join(words),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"LANG": "C.UTF-8", "PYTHONUTF8": "1"},
    )

    assert done.stdout.splitlines() == [
        *("whole True", "size True", "names ['f', 'q.tmp']", "stream refused", "link refused", "hard-link refused"),
        *("read-only refused", "extended-attribute refused", "names ['f']"),
    ], done.stderr

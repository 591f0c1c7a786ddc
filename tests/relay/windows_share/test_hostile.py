"""What a hostile PC tries at the share, and what the kernel and smbd say to it."""

import os
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from smbprotocol.connection import Connection
from smbprotocol.open import CreateDisposition, ShareAccess

from tests.relay.process import until
from tests.relay.windows_share.pc import READ, WRITE, Refusal, WindowsPc
from tests.relay.windows_share.scene import DECLARED, LAN, LAN6, OWNER, PASSWORDS, STRANGER, Network, ShareBox

pytestmark = pytest.mark.root

SMB_2_1, SMB_2_0 = 0x0210, 0x0202
NEGATIVE_SESSION_RESPONSE = b"\x83"  # RFC 1002, 4.3.4: how smbd says that it does not serve this address
READ_ONLY = ("返戻", "配達済み", "保留\\承認", "保留\\承認\\山田", "")


@contextmanager
def session(box: ShareBox, logon: str = "yamada", **more: object) -> Iterator[WindowsPc]:
    pc = box.pc(logon, **more)
    try:
        yield pc
    finally:
        pc.leave()


def account(share: ShareBox) -> str:
    """What is secret, in a file."""
    file = share.place / "account"
    file.write_text(f"username = yamada\npassword = {PASSWORDS['yamada']}\n")
    return str(file)


def smbclient(share: ShareBox, *options: str, order: str = "ls") -> subprocess.CompletedProcess[str]:
    """Samba's client, from the declared PC."""
    command = (
        *("smbclient", f"//{LAN}/【厳秘】請求ゲートウェイ", "--configfile", "/dev/null", "--timeout", "10"),
        *("--authentication-file", account(share), *options, "--command", order),
    )
    return subprocess.run(
        share.network.pc.command(*command),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env=os.environ | {"LANG": "C.UTF-8"},
    )


def test_who_is_declared_sees_the_folders_over_smb_3_encrypted(share: ShareBox) -> None:
    for server in (LAN, LAN6):
        pc = WindowsPc(share.network.pc, server, "yamada", PASSWORDS["yamada"], folder="")
        assert pc.names() == {"請求", "配達済み", "返戻", "保留"}
        assert (pc.dialect, pc.encrypted) == (0x0311, True)
        pc.leave()


@pytest.mark.parametrize(
    ("logon", "password"),
    [("", ""), ("guest", ""), ("nobody", ""), ("yamada", ""), ("yamada", "wrong"), ("root", "root"), ("stranger", "x")],
)
def test_guests_strangers_and_wrong_passwords_are_refused(share: ShareBox, logon: str, password: str) -> None:
    with pytest.raises(Refusal):
        WindowsPc(share.network.pc, LAN, logon, password)


@pytest.mark.parametrize("dialect", [SMB_2_0, SMB_2_1])
def test_smb_2_is_refused_before_anybody_logs_on(share: ShareBox, dialect: int) -> None:
    connection = Connection(uuid.uuid4(), LAN, 445, require_signing=False)
    try:
        with pytest.raises(Refusal):
            share.network.pc.call(connection.connect, dialect=dialect, timeout=10)
    finally:
        connection.disconnect(close=False)


@pytest.mark.parametrize("dialect", ["NT1", "SMB2_02", "SMB2_10"])
def test_smbclient_gets_nothing_below_smb_3(share: ShareBox, dialect: str) -> None:
    done = smbclient(share, f"--option=client max protocol={dialect}", "--option=client min protocol=NT1")

    assert done.returncode != 0
    assert "保留" not in done.stdout


@pytest.mark.parametrize(("encrypt", "sign"), [(False, True), (False, False)])
def test_nothing_is_served_in_the_clear(share: ShareBox, *, encrypt: bool, sign: bool) -> None:
    with pytest.raises(Refusal):
        WindowsPc(share.network.pc, LAN, "yamada", PASSWORDS["yamada"], encrypt=encrypt, sign=sign).names()


def test_a_pc_that_is_not_declared_is_refused_by_smbd_too(share: ShareBox) -> None:
    def first_word(source: str) -> bytes:
        with socket.create_connection((LAN, 445), timeout=5, source_address=(source, 0)) as connection:
            connection.settimeout(0.5)
            return connection.recv(1)

    assert share.network.pc.call(first_word, STRANGER) == NEGATIVE_SESSION_RESPONSE
    with pytest.raises(TimeoutError):  # smbd waits for the declared one to speak first
        share.network.pc.call(first_word, DECLARED)


def test_there_is_no_list_of_shares_and_no_procedure_to_call(share: ShareBox) -> None:
    done = subprocess.run(
        share.network.pc.command(
            *("smbclient", "--list", LAN, "--configfile", "/dev/null", "--client-protection=encrypt"),
            *("--authentication-file", account(share)),
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert "Disk" not in done.stdout


@pytest.mark.parametrize("folder", READ_ONLY)
def test_where_people_only_read_the_kernel_lets_nothing_be_made_changed_or_removed(
    share: ShareBox, folder: str
) -> None:
    there = share.people.joinpath(*folder.split("\\")) / "taken.UKE"
    there.write_bytes(b"as it was")
    os.chown(there, share.people.stat().st_uid, -1)
    with session(share, folder=folder) as pc:
        assert pc.read("taken.UKE") == b"as it was"
        attempts: tuple[Callable[[], None], ...] = (
            lambda: pc.put("new.UKE", b"x"),
            lambda: pc.put("taken.UKE", b"x"),
            lambda: pc.rename("taken.UKE", "other.UKE"),
            lambda: pc.remove("taken.UKE"),
            lambda: pc.make_folder("folder"),
        )
        for attempt in attempts:
            with pytest.raises(Refusal):
                attempt()

    assert there.read_bytes() == b"as it was"
    there.unlink()


def test_the_folders_themselves_cannot_be_renamed_or_removed(share: ShareBox) -> None:
    before = {path.name for path in share.people.iterdir()}
    with session(share, folder="") as pc:
        for name in ("請求", "返戻", "保留", "保留\\承認"):
            with pytest.raises(Refusal):
                pc.rename(name, "elsewhere")
            with pytest.raises(Refusal):
                pc.remove(name)

    assert {path.name for path in share.people.iterdir()} == before


@pytest.mark.parametrize("to", ["返戻\\x.UKE", "保留\\x.UKE", "保留\\承認\\山田\\x.UKE", "x.UKE"])
def test_a_renaming_out_of_a_folder_is_refused_and_loses_nothing(share: ShareBox, to: str) -> None:
    with session(share) as pc:
        pc.put("x.UKE", b"content")
        with pytest.raises(Refusal):
            pc.rename("x.UKE", to, whole_path=True)
        assert pc.read("x.UKE") == b"content"
        pc.remove("x.UKE")


@pytest.mark.parametrize(
    "path", ["..\\..\\ledger.sqlite3", "..\\..\\..\\..\\etc\\passwd", "請求\\..\\..\\spool", "\\..\\..\\x", "../../x"]
)
def test_no_path_leads_out(share: ShareBox, path: str) -> None:
    with session(share, folder="") as pc:
        with pytest.raises(Refusal):
            pc.open(path, READ, CreateDisposition.FILE_OPEN)
        with pytest.raises(Refusal):
            pc.open(path, READ | WRITE, CreateDisposition.FILE_OVERWRITE_IF)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../ledger.sqlite3", "/", ".", "beside"])
def test_a_link_somebody_planted_leads_nowhere(share: ShareBox, target: str) -> None:
    link = share.places.drop / "link"
    (share.places.drop / "beside").write_bytes(b"in the same folder")
    os.chown(share.places.drop / "beside", OWNER.user_id, OWNER.group_id)
    link.symlink_to(target)
    try:
        with session(share) as pc:
            for path in ("link", "link\\passwd", "link\\etc\\passwd"):
                with pytest.raises(Refusal):
                    pc.read(path)
            with pytest.raises(Refusal):
                pc.put("link", b"x")
    finally:
        link.unlink()


def test_links_cannot_be_made(share: ShareBox) -> None:
    for order in ("symlink /etc/passwd 請求/l", "hardlink 請求/a 請求/l", "posix; symlink /etc/passwd 請求/l"):
        smbclient(share, "--client-protection=encrypt", order=order)

    assert not [path for path in share.places.drop.iterdir() if path.name == "l" or path.is_symlink()]


@pytest.mark.parametrize(
    "name",
    ["x.UKE:stream", "x.UKE:Zone.Identifier:$DATA", "CON", "con.txt", "NUL.UKE", "COM1", "lpt9.UKE", "x.", "x ", ".hidden",
     "desktop.ini", "a?b", "a*b", "a|b", "a\nb", "@audit|yamada"],
)  # fmt: skip
def test_streams_devices_and_names_windows_cannot_hold_are_not_made(share: ShareBox, name: str) -> None:
    before = {path.name for path in share.places.drop.iterdir()}
    with session(share) as pc, pytest.raises(Refusal):
        pc.put(name, b"x")

    assert {path.name for path in share.places.drop.iterdir()} == before


def test_two_letter_cases_are_one_file(share: ShareBox) -> None:
    with session(share) as pc:
        pc.put("case.UKE", b"first")
        pc.put("CASE.uke", b"second")

    assert [path.name for path in share.places.drop.glob("[cC]*")] == ["case.UKE"]
    (share.places.drop / "case.UKE").unlink()


def test_no_file_may_be_larger_than_the_relay_carries(share: ShareBox) -> None:
    with session(share) as pc:
        handle = pc.create("huge.UKE")
        with pytest.raises(Refusal):
            handle.set_size((1 << 30) + 1)
        with pytest.raises(Refusal):
            handle.write(b"x", 1 << 30)
        handle.close()
        pc.remove("huge.UKE")

    assert share.pc().names() >= {"社保", "国保"}


def test_a_denied_write_is_honoured_between_two_people(share: ShareBox) -> None:
    with session(share) as yamada, session(share, "suzuki") as suzuki:
        yamada.put("shared.UKE", b"content")
        handle = yamada.open("shared.UKE", READ | WRITE, CreateDisposition.FILE_OPEN, share=ShareAccess.FILE_SHARE_READ)
        with pytest.raises(Refusal):
            suzuki.reopen("shared.UKE")
        assert suzuki.read("shared.UKE") == b"content"
        handle.close()
        suzuki.remove("shared.UKE")


def test_a_persons_folder_in_approvals_is_theirs_alone(share: ShareBox) -> None:
    with pytest.raises(Refusal):
        share.pc("suzuki", share="承認-山田")
    with session(share, share="承認-山田", folder="") as pc:
        pc.put("held.UKE", b"content")

    released = share.places.held / "承認" / "山田" / "held.UKE"
    assert released.read_bytes() == b"content"
    released.unlink()


def smbd_processes(share: ShareBox) -> list[Path]:
    """The share and everything it started, by the configuration they name or the folder they serve."""
    marked = str(share.place).encode()
    return [
        entry for entry in Path("/proc").glob("[0-9]*") if marked in _read(entry / "cmdline") and b"smbd" in _read(entry / "comm")
    ]  # fmt: skip


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def test_smbd_is_nobody_special_and_sees_no_ledger(share: ShareBox) -> None:
    net_bind_service = f"{1 << 10:016x}"
    with session(share):
        found = smbd_processes(share)
        assert len(found) >= 2
        for process in found:
            status = dict(
                line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line
            )
            assert {*status["Uid"].split()} == {"61184"}
            assert {status[name] for name in ("CapPrm", "CapEff", "CapBnd")} == {net_bind_service}
            assert status["NoNewPrivs"] == "1"
            root = process / "root"
            relay = root / str(share.places.root).lstrip("/")
            assert [path.name for path in relay.iterdir()] == [share.people.name]
            assert "suzuki" in (root / "etc/passwd").read_text()
    assert "suzuki" not in Path("/etc/passwd").read_text()


def test_no_password_is_on_a_command_line_or_in_the_log(share: ShareBox) -> None:
    lines = b"".join(_read(process / "cmdline") for process in Path("/proc").glob("[0-9]*"))

    assert not any(password.encode() in lines for password in PASSWORDS.values())
    assert not any(password in share.said() for password in PASSWORDS.values())


def test_the_journal_has_deeds_and_refusals_and_no_name(share: ShareBox) -> None:
    with session(share) as pc:
        pc.put("丸秘太郎.UKE", b"content")
        pc.rename("丸秘太郎.UKE", "丸秘花子.UKE")
        pc.remove("丸秘花子.UKE")
    with pytest.raises(Refusal):
        WindowsPc(share.network.pc, LAN, "丸秘次郎", "x")
    until(lambda: "an unknown account was refused" in share.said(), "the refusal")

    said = share.said()
    for words in (
        f"yamada opened the Windows share from {DECLARED}",
        f"yamada from {DECLARED}: written in claims, object ",
        f"yamada from {DECLARED}: renamed in claims, object ",
        f"yamada from {DECLARED}: removed in claims, object ",
        "as an unknown account was refused: NT_STATUS_NO_SUCH_USER",
    ):
        assert words in said
    assert "丸秘" not in said
    assert str(share.place) not in said


def test_a_bystander_may_stay_connected_a_thousand_times(share: ShareBox, lan: Network) -> None:
    """More connections than there may be: those beyond are cut, and the share goes on when they end."""

    def connect() -> list[socket.socket]:
        return [socket.create_connection((LAN, 445), timeout=5) for _ in range(40)]

    held = lan.pc.call(connect)
    for each in held:
        each.close()

    def answers() -> bool:
        try:
            share.pc().leave()
        except Refusal:
            return False
        return True

    until(answers, "the share answers again")

"""The share as a process: what it follows, what it refuses, and what it tells."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import pytest

from gateway.relay.drop_use import Door, read
from tests.relay.process import until
from tests.relay.windows_share.pc import Refusal
from tests.relay.windows_share.scene import DROP, PASSWORDS, Network, ShareBox, place, small_disk

pytestmark = pytest.mark.root

WITHOUT_SUZUKI = "".join(line for line in DROP.splitlines(keepends=True) if "suzuki" not in line)
RELOADED, NOT_RELOADED = "follows the changed site file", "is not followed"


def allowed(share: ShareBox, logon: str, **more: object) -> bool:
    try:
        share.pc(logon, **more).leave()
    except Refusal:
        return False
    return True


def test_it_remembers_who_has_it_open_and_who_used_it_last(own_share: ShareBox) -> None:
    file = own_share.place / "share-state" / "use.json"
    pc = own_share.pc("yamada")
    until(lambda: {use.person: use.sessions for use in read(file)} == {"山田": 1, "鈴木": 0}, "one session")
    pc.leave()
    until(lambda: {use.sessions for use in read(file)} == {0}, "no session")

    (yamada, suzuki) = read(file)
    assert yamada.door is Door.SHARE
    assert yamada.last is not None
    assert suzuki.last is None

    dead = own_share.pc("suzuki")
    until(lambda: any(use.sessions for use in read(file)), "a session")
    dead.die()
    until(lambda: not any(use.sessions for use in read(file)), "its end")


def test_a_new_password_counts_after_a_reload_and_cuts_nobody(own_share: ShareBox) -> None:
    staying = own_share.pc("yamada")
    own_share.set_password("suzuki", "another long password")
    own_share.hang_up()
    until(lambda: RELOADED in own_share.said(), "reload")

    assert not allowed(own_share, "suzuki")
    staying.put("still.UKE", b"x")
    assert (own_share.places.drop / "still.UKE").read_bytes() == b"x"


def test_who_is_added_may_come_after_a_reload_and_nobody_is_cut(lan: Network) -> None:
    with place() as here, ShareBox(here, lan, WITHOUT_SUZUKI) as share:
        staying = share.pc("yamada")
        assert not allowed(share, "suzuki")
        share.declare(DROP)
        share.hang_up()
        until(lambda: RELOADED in share.said(), "reload")

        until(lambda: allowed(share, "suzuki"), "the new one comes in")
        staying.put("still.UKE", b"x")


def test_who_is_taken_out_of_the_site_file_loses_the_session_too(own_share: ShareBox) -> None:
    going = own_share.pc("suzuki")
    own_share.declare(WITHOUT_SUZUKI)
    own_share.hang_up()
    until(lambda: RELOADED in own_share.said(), "reload")

    with pytest.raises(Refusal):
        going.put("late.UKE", b"x")
    assert not allowed(own_share, "suzuki")
    assert allowed(own_share, "yamada")


@pytest.mark.parametrize("trouble", ["site", "password", "short"])
def test_what_cannot_be_followed_leaves_the_share_as_it_was(own_share: ShareBox, trouble: str) -> None:
    match trouble:
        case "site":
            own_share.site.write_text("site: [")
        case "password":
            (own_share.place / "credentials" / "people" / "yamada").chmod(0o644)
        case "short":
            own_share.set_password("yamada", "short")
    own_share.hang_up()
    until(lambda: NOT_RELOADED in own_share.said(), "the refusal")

    assert allowed(own_share, "yamada")
    assert "Traceback" not in own_share.said()


def test_guessing_shuts_an_account_for_a_while(own_share: ShareBox) -> None:
    right = PASSWORDS["suzuki"]
    for _ in range(10):
        PASSWORDS["suzuki"] = "wrong"
        try:
            assert not allowed(own_share, "suzuki")
        finally:
            PASSWORDS["suzuki"] = right

    assert not allowed(own_share, "suzuki")
    assert allowed(own_share, "yamada")


def test_when_smbd_dies_so_does_the_share_and_systemd_starts_it_again(own_share: ShareBox) -> None:
    conf = str(own_share.place / "share-state" / "smb.conf").encode()
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if conf in (entry / "cmdline").read_bytes()]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)

    assert own_share.ended() == 4
    assert own_share.said().splitlines()[-1].startswith("smbd ended by itself.")
    own_share.start()
    assert allowed(own_share, "yamada")


def test_the_end_of_the_share_is_the_end_of_smbd(lan: Network) -> None:
    with place() as here:
        share = ShareBox(here, lan)
        share.start()
        assert share.kill() != 0
        conf = str(here / "share-state" / "smb.conf").encode()

        def gone() -> bool:
            found = []
            for entry in Path("/proc").glob("[0-9]*"):
                try:
                    found.append(conf in (entry / "cmdline").read_bytes())
                except (FileNotFoundError, ProcessLookupError):
                    continue
            return not any(found)

        until(gone, "smbd's end")
        share.start()
        assert share.stop() == 0


def test_a_full_disk_closes_the_share_for_writing_and_room_opens_it(lan: Network) -> None:
    with place() as here, small_disk(here, "256m,nr_inodes=8000"), ShareBox(here, lan) as share:
        share.pc().put("before.UKE", b"x")
        ballast = share.places.root / "ballast"
        subprocess.run(["fallocate", "-l", "243500K", str(ballast)], check=True)
        greedy = share.pc()

        def put_many() -> None:
            for number in range(100_000):
                greedy.put(f"greedy{number}.UKE", b"x")

        with pytest.raises(Refusal):
            put_many()
        until(lambda: "takes no more files" in share.said(), "no more")
        last = max(file.stat().st_mtime_ns for file in share.places.drop.iterdir() if file.is_file())
        assert last < (share.place / "share-state" / "smb.conf").stat().st_mtime_ns, "it was open meanwhile"
        with pytest.raises(Refusal):
            share.pc().put("full.UKE", b"x")
        assert share.pc().read("before.UKE") == b"x"

        ballast.unlink()
        until(lambda: "there is room again" in share.said(), "room")
        share.pc().put("after.UKE", b"x")

        many = share.places.root / "many"
        many.mkdir()
        with contextlib.suppress(OSError):  # no more names on this disk
            for number in range(8_000):
                (many / str(number)).touch()
        until(lambda: share.said().count("takes no more files") == 2, "no more, for its number of files")


def test_without_the_relays_folders_it_says_what_to_do(lan: Network) -> None:
    with place() as here:
        share = ShareBox(here, lan)
        (share.places.held / "承認" / "山田").rmdir()
        with pytest.raises(AssertionError, match="start claim-gateway-relay first"):
            share.start()

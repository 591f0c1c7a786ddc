"""Floods: what one machine does to the drop is its own trouble; others hand in meanwhile, and files go on moving."""

import asyncio
import contextlib
import resource
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncssh
import pytest
from asyncssh.connection import SSHClientConnection
from asyncssh.packet import Boolean, MPInt, String

from gateway.relay.parcel import State
from gateway.relay.sftp_drop.limits import Limits
from tests.relay.process import until
from tests.relay.sftp_drop.rig import Drop

LEAN, WHOLE = 300, 10_000
GROWTH_MOST_BYTES = 40 << 20
LIMITS = replace(Limits(), login_grace=timedelta(seconds=2), failures=10, failures_within=timedelta(seconds=4))


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drop]:
    with Drop(tmp_path_factory.mktemp("flooded"), terminal=True, limits=LIMITS) as running:
        yield running


def resident() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) << 10
    raise AssertionError


def hands_in(drop: Drop, name: str, content: bytes, address: str) -> None:
    """Another machine hands a file in, and the terminal gets it."""

    async def put() -> None:
        async with (
            await drop.connect("suzuki", local_addr=(address, 0)) as connection,
            connection.start_sftp_client() as client,
            client.open(f"/請求/{name}", "wb") as file,
        ):
            await file.write(content)

    asyncio.run(put())
    until(lambda: any(one.name == name and one.state is State.NOTED for one in drop.parcels()), "it is delivered")


def half_open(drop: Drop, count: int, claim: Path, number: int) -> None:
    """`count` connections at a time that say nothing, or half of the first line."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 2 * count + 1_000)), hard))
    before = resident()
    with contextlib.ExitStack() as stack:
        for index in range(count):
            sock = stack.enter_context(socket.socket())
            sock.bind(("127.0.0.3", 0))
            sock.settimeout(10)
            with contextlib.suppress(OSError):
                sock.connect(("127.0.0.1", drop.port))
                sock.sendall(b"SSH-2.0-" if index % 2 else b"")
        hands_in(drop, f"HALF{number}.UKE", claim.read_bytes(), "127.0.0.4")
        assert resident() - before < GROWTH_MOST_BYTES


def test_half_open_connections_of_one_machine(flooded: Drop, claim: Path) -> None:
    half_open(flooded, LEAN, claim, LEAN)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_ten_thousand_half_open_connections(flooded: Drop, claim: Path) -> None:
    half_open(flooded, WHOLE, claim, WHOLE)


def test_who_does_not_log_on_in_time_is_thrown_out_however_slowly_they_talk(flooded: Drop) -> None:
    with socket.create_connection(("127.0.0.1", flooded.port), source_address=("127.0.0.5", 0)) as sock:
        sock.settimeout(10)
        begun = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - begun < 9:
                sock.sendall(b"x")
                time.sleep(0.2)

    assert time.monotonic() - begun < 8


@pytest.mark.parametrize(
    "sent", [b"\xff" * 300_000, b"SSH-2.0-x\r\n" + b"\xff" * 300_000, b"\n" * 300_000, b"GET / HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_ssh(flooded: Drop, claim: Path, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", flooded.port), source_address=("127.0.0.6", 0)) as sock:
        sock.settimeout(10)
        with contextlib.suppress(OSError):
            sock.sendall(sent)
            while sock.recv(4096):
                continue
    assert flooded.sftp("ls\n").returncode == 0


@pytest.mark.parametrize(
    "key",
    [
        String("ssh-rsa") + MPInt(2) + MPInt(4),
        String("ecdsa-sha2-nistp256") + String("nistp256") + String(b"\4" + bytes(64)),
    ],
)
def test_a_key_that_is_none_is_a_failed_logon_and_keeps_no_place(
    flooded: Drop, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], key: bytes
) -> None:
    """What the library raises there is no error of its own: places never given back shut the door on everybody."""
    offer = String("yamada") + String("ssh-connection") + String("publickey") + Boolean(False) + String("ssh-rsa")

    async def log_on() -> None:
        with pytest.raises((OSError, asyncssh.Error)):
            await flooded.connect(local_addr=("127.0.0.10", 0))

    with monkeypatch.context() as patched:
        patched.setattr(
            SSHClientConnection, "try_next_auth", lambda self, **_: self.send_packet(50, offer + String(key))
        )
        for _ in range(LIMITS.half_open_of_one_address):
            asyncio.run(log_on())

    async def come() -> None:
        (await flooded.connect(local_addr=("127.0.0.10", 0))).abort()

    asyncio.run(come())
    assert "Traceback" not in capfd.readouterr().err


def test_a_machine_that_fails_too_often_waits_and_others_do_not(flooded: Drop, claim: Path) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519")

    async def attempt() -> str:
        try:
            async with asyncio.timeout(10):
                await asyncssh.connect(
                    "127.0.0.1",
                    flooded.port,
                    local_addr=("127.0.0.7", 0),
                    username="yamada",
                    client_keys=[stranger],
                    known_hosts=None,
                    config=None,
                    agent_path=None,
                )
        except asyncssh.PermissionDenied:
            return "refused"
        except (OSError, asyncssh.Error):
            return "turned away"
        return "in"

    async def flood() -> list[str]:
        return [await attempt() for _ in range(2 * LIMITS.failures)]

    said = asyncio.run(flood())

    assert {*said} == {"refused", "turned away"}
    assert said[-1] == "turned away"
    hands_in(flooded, "AFTER.UKE", claim.read_bytes(), "127.0.0.8")
    until(lambda: asyncio.run(attempt()) == "refused", "it may try again", 15)


def test_files_go_on_moving_while_somebody_uploads_as_fast_as_they_can(flooded: Drop, claim: Path) -> None:
    stop = threading.Event()

    def upload() -> None:
        while not stop.is_set():
            endless = flooded.place / "endless"
            with endless.open("wb") as file:
                file.truncate(64 << 20)
            flooded.sftp(f"put {endless} 請求/E.filepart\n")

    thread = threading.Thread(target=upload)
    thread.start()
    try:
        begun = time.monotonic()
        hands_in(flooded, "BESIDE.UKE", claim.read_bytes(), "127.0.0.9")
        assert time.monotonic() - begun < 10
    finally:
        stop.set()
        thread.join()


def test_an_address_that_is_not_there_yet_is_a_warning_and_a_retry(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    waiting = Drop(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", waiting.port))
        taken.listen()
        waiting._thread.start()
        told = ""

        def warned() -> bool:
            nonlocal told
            told += capfd.readouterr().err
            return "cannot listen on 127.0.0.1" in told

        until(warned, "the warning")
    try:
        until(lambda: waiting.sftp("ls\n").returncode == 0, "it listens after all", 20)
    finally:
        waiting.__exit__(None, None, None)

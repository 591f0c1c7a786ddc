"""A drop server and a relay's courier, ledger and spool in this process, on loopback: everything real but the terminal."""

import asyncio
import os
import random
import socket
import subprocess
import threading
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncssh

from gateway.relay.clearing import Clearing
from gateway.relay.clock import system_clocks
from gateway.relay.courier import Courier
from gateway.relay.directory import DirectoryShelf
from gateway.relay.drop_use import Door, DropUse
from gateway.relay.hands import Hands
from gateway.relay.ledger import Ledger
from gateway.relay.notes import Notes
from gateway.relay.parcel import Parcel, State
from gateway.relay.places import Places
from gateway.relay.presence import Presence
from gateway.relay.route import Route
from gateway.relay.sftp_drop.declared import use_file
from gateway.relay.sftp_drop.keys import People
from gateway.relay.sftp_drop.limits import Limits
from gateway.relay.sftp_drop.reception import Reception
from gateway.relay.sftp_drop.server import Server
from gateway.relay.sftp_drop.thread import SftpDrop
from gateway.relay.spool import Spool
from gateway.site.exchange import Person
from gateway.site.model import Returns
from tests.relay.conftest import free_port
from tests.relay.process import until
from tests.relay.rig import EXPECTED, HEAD, QUICK, SHARE

ACCOUNTS = {"yamada": "山田", "suzuki": "鈴木"}
RELEASERS = ("山田",)
SLOW = replace(
    QUICK, retry_first=timedelta(minutes=1), retry_most=timedelta(minutes=1), ledger=timedelta(milliseconds=20)
)


class Drop:
    """A context manager. While `share` is no folder, the terminal is away and what was handed in waits."""

    def __init__(
        self,
        place: Path,
        *,
        terminal: bool = False,
        limits: Limits | None = None,
        address: str = "127.0.0.1",
        port: int | None = None,
        post_quantum_only: bool = False,
    ) -> None:
        self.place = place
        self.places = Places(place / "state")
        self.places.prepare(RELEASERS)
        self.share = place / "share"
        self.limits = limits or Limits()
        self.address = address
        self.port = port or free_port()
        self._post_quantum_only = post_quantum_only
        self.failure: BaseException | None = None
        self._stop = threading.Event()
        self._ready = threading.Event()
        if terminal:
            self.terminal_comes()
        for account in (one for one in ACCOUNTS if not (place / one).exists()):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", account, "-f", str(place / account)], check=True
            )
        self._thread = threading.Thread(target=self._live, name="relay")

    def terminal_comes(self) -> None:
        for name in ("claims", "returns"):
            (self.share / name).mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(20)
        until(lambda: self._answers() or self.failure is not None, "the drop listens")
        assert self.failure is None, self.failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _live(self) -> None:
        relay = asyncio.new_event_loop()
        try:
            serving = relay.create_task(self._serve())
            relay.run_until_complete(asyncio.wait([serving]))
            self.failure = None if serving.cancelled() else serving.exception()
            relay.run_until_complete(relay.shutdown_default_executor())
        finally:
            relay.close()
            self._ready.set()

    async def _serve(self) -> None:
        clocks = system_clocks()
        people = [
            Person(name=name, account=account, sftp_key_file=f"{account}.pub") for account, name in ACCOUNTS.items()
        ]
        with Ledger.open(self.places.ledger) as ledger:
            folder = DirectoryShelf(self.places.root, QUICK.deadline)
            route = Route(folder, DirectoryShelf(self.share, QUICK.deadline), SHARE, Returns())
            spool = Spool(self.places.spool, self.places.drop)
            spool.sweep(ledger)
            hands = Hands(
                spool=spool,
                ledger=ledger,
                route=route,
                notes=Notes(folder, ledger, HEAD, clocks.wall),
                clearing=Clearing(self.places, route),
                presence=Presence(asleep_is_normal=True),
                expected=EXPECTED,
                clock=clocks.wall,
                jitter=random.random,
            )
            try:
                async with asyncio.TaskGroup() as group:
                    courier = Courier(ledger, hands, SLOW, group, clocks.wall)
                    courier.resume()
                    reception = Reception(
                        ledger=ledger, spool=spool, courier=courier, pace=SLOW, clocks=clocks, group=group
                    )
                    drop = SftpDrop(
                        lambda reception, lied: Server(
                            addresses=(ip_address(self.address),),
                            port=self.port,
                            post_quantum_only=self._post_quantum_only,
                            people=People(people, self.place),
                            releasers=RELEASERS,
                            places=self.places,
                            use=DropUse(use_file(self.places), Door.SFTP, ACCOUNTS.values()),
                            limits=self.limits,
                            reception=reception,
                            clocks=clocks,
                            lied=lied,
                        ),
                        reception,
                    )
                    watching = group.create_task(drop.watch())
                    self._ready.set()
                    await asyncio.to_thread(self._stop.wait)
                    watching.cancel()
                    reception.stop()
                    courier.stop()
            finally:
                self._stop.set()

    def parcels(self) -> list[Parcel]:
        with Ledger.read(self.places.ledger) as ledger:
            return [parcel for parcel in ledger.parcels() if parcel.state is not State.FORGOTTEN]

    def spooled(self) -> set[str]:
        """What lies in the spool, by name."""
        return {entry.name for entry in os.scandir(self.places.spool)}

    def delivered(self) -> list[bytes]:
        return [file.read_bytes() for file in sorted(self.share.glob("claims/*/*/*/*"))]

    async def connect(self, account: str = "yamada", **more: object) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            "127.0.0.1",
            self.port,
            username=account,
            client_keys=[str(self.place / account)],
            known_hosts=None,
            config=None,
            agent_path=None,
            **more,
        )

    def sftp(self, batch: str, account: str = "yamada", *options: str) -> subprocess.CompletedProcess[str]:
        """OpenSSH's client with these commands."""
        return subprocess.run(
            [
                *("sftp", "-q", "-F", "none", "-b", "-", "-P", str(self.port), "-i", str(self.place / account)),
                *("-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", "-oIdentitiesOnly=yes"),
                *("-oLogLevel=ERROR", *options, f"{account}@127.0.0.1"),
            ],
            input=batch,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

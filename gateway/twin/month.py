"""Plays the scripted month in a twin: real folders, a real smbd, the real relay; only the date is told."""

import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from gateway.claims.finding import Text
from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.parcel import Parcel, State
from gateway.relay.places import APPROVED, BOARD, Places
from gateway.site.layout import Zone
from gateway.site.model import Site, SmbShare
from gateway.twin.build import Twin
from gateway.twin.month_check import Ended, mistakes
from gateway.twin.month_relay import RELEASER, month_site, told_time
from gateway.twin.month_script import SCRIPT, Act, Approve, Comes, Deed, Download, Put, Terminal
from gateway.twin.relay_process import RelayProcess
from gateway.twin.server import ServerError
from gateway.twin.smbd import USER_ID, Smbd

ACT_TIMEOUT_S = 30.0
LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Played:
    """One act as it went: what staff did, what the ledger then said of each file, what did not come as foretold.

    `reminded`: the foretold reminder stood in お知らせ.txt.
    """

    when: datetime
    staff: Text
    came: tuple[Parcel, ...]
    wrong: tuple[str, ...]
    reminded: bool = False


@dataclass
class Month:
    """The whole month. It is right when every act came as foretold and nothing is wrong at the end."""

    acts: list[Played] = field(default_factory=list)
    wrong: tuple[str, ...] = ()
    checked: int = 0

    @property
    def ok(self) -> bool:
        """Whether everything came as foretold."""
        return not self.wrong and all(not act.wrong for act in self.acts) and len(self.acts) == len(SCRIPT)


def play(site: Site, site_file: Path, progress: Callable[[str], None]) -> Month:
    """Build the twin, play every act, stop the relay, look at everything. Stops at the first act that goes wrong.

    Raises ApplyError, ServerError, RelayProcessError, OSError.
    """
    month = Month()
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="claim-gateway-")))
        progress("build the twin")
        stage = _Stage(month_site(site), site_file, place, stack)
        for act in SCRIPT:
            progress(f"{act.when:%m-%d %H:%M}")
            month.acts.append(stage.play(act))
            if month.acts[-1].wrong:
                return month
        progress("look at everything")
        stage.relay.stop()
        ended = Ended(stage.places, stage.smbd.share, stage.relay.log)
        month.checked, month.wrong = mistakes(ended, tuple(comes for act in SCRIPT for comes in act.comes))
    return month


class _Stage:
    """The twin under its policy, the terminal's share, the people's folder and a relay that believes it is November."""

    def __init__(self, site: Site, site_file: Path, place: Path, stack: ExitStack) -> None:
        if site.relay is None or not isinstance(site.relay.terminal.way, SmbShare):
            raise ServerError("the month is played on a site whose terminal offers a Windows share")
        share, password = site.relay.terminal.way, secrets.token_urlsafe(24)
        twin = stack.enter_context(Twin(site))
        twin.apply(twin.desire())
        terminal = twin.at(Zone.CLAIM)
        self.claims, self.returns = site.relay.terminal.claims, site.relay.terminal.returns
        self.smbd = stack.enter_context(
            Smbd(
                place / "terminal",
                user=share.user,
                password=password,
                addresses=tuple(str(address.ip) for address in terminal.addresses),
                namespace=twin.namespace(terminal.name).name,
                share=share.share,
                folders=(self.claims, self.returns),
            )
        )
        self._clock = place / "clock"
        told_time(self._clock, SCRIPT[0].when)
        program = (
            sys.executable,
            "-m",
            "gateway.twin.month_relay",
            str(site_file),
            str(place / "state"),
            str(self._clock),
        )
        credentials = _credentials(place, share, password)
        self.relay = stack.enter_context(RelayProcess(twin.gateway, site_file, place, credentials, program=program))
        self.places = Places(self.relay.state)

    def play(self, act: Act) -> Played:
        """Tell the time, let staff do it, and wait for what must come."""
        told_time(self._clock, act.when)
        for deed in act.deeds:
            self._do(deed)
        deadline = time.monotonic() + ACT_TIMEOUT_S
        while missing := tuple(self._missing(act)):
            self.relay.check()
            if time.monotonic() > deadline:
                break
            time.sleep(LOOK_EVERY_S)
        return Played(act.when, act.staff, tuple(self._came(act)), missing, reminded=bool(act.notice) and not missing)

    def _do(self, deed: Deed) -> None:
        match deed:
            case Put(path, content):
                half = self.places.drop / f"{path}.tmp"
                half.write_bytes(content)
                half.replace(self.places.drop / path)
            case Download(name, content):
                half = self.smbd.share / self.returns / f"{name}.crdownload"
                half.write_bytes(content)
                os.chown(half, USER_ID, USER_ID)
                half.replace(self.smbd.share / self.returns / name)
            case Approve(content):
                held = next(file for file in self.places.held.glob("*.UKE") if file.read_bytes() == content)
                held.replace(self.places.held / APPROVED / RELEASER / held.name)
            case Terminal.OFF:
                self.smbd.kill()
            case Terminal.ON:
                self.smbd.start()

    def _missing(self, act: Act) -> Iterator[str]:
        known = self._parcels()
        for comes in act.comes:
            if not any(_is(parcel, comes) for parcel in known):
                yield f"not seen: {comes.state} {' '.join(comes.reasons) or comes.place}"
        if act.notice:
            board = self.places.root / BOARD
            text = board.read_text("utf-8-sig") if board.exists() else ""
            yield from (f"not in お知らせ.txt: {line}" for line in act.notice if line not in text)

    def _came(self, act: Act) -> Iterator[Parcel]:
        known = self._parcels()
        for comes in act.comes:
            yield from [parcel for parcel in known if _is(parcel, comes)][:1]

    def _parcels(self) -> tuple[Parcel, ...]:
        try:
            with Ledger.read(self.places.ledger) as ledger:
                return ledger.parcels()
        except LedgerError:
            return ()  # it is just being made


def _is(parcel: Parcel, comes: Comes) -> bool:
    """Whether this is what must come. One that waits for the terminal may be trying it at this moment."""
    same = parcel.digest == sha256(comes.content).hexdigest() and parcel.duplicate == comes.again
    reached = parcel.state is comes.state and (parcel.state is not State.HELD or parcel.shown)
    there = not comes.place or str(parcel.target) == comes.place
    return same and reached and there and parcel.reasons == comes.reasons


def _credentials(place: Path, share: SmbShare, password: str) -> Path:
    folder = place / "credentials"
    folder.mkdir(mode=0o700)
    file = folder / Path(share.password_file).name
    file.touch(mode=0o600)
    file.write_text(password)
    return folder

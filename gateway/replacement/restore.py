"""A spare box takes over: everything is opened, laid aside and looked at before the first file gets its place.

Whatever fails on the way is undone. The enforcer's word which site counts goes last: until it stands, a box that starts knows
no site and stays closed.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.enforcer import lock as enforcer_lock
from gateway.enforcer.errors import EnforcerError, StateError
from gateway.enforcer.person import myself
from gateway.enforcer.store import Store, digest_of
from gateway.journal import tell
from gateway.relay import alone as relay_lock
from gateway.relay import durable, takeover_messages
from gateway.relay.chain import Head
from gateway.relay.errors import RelayRefused
from gateway.relay.ledger import Ledger
from gateway.relay.ledger_file import LedgerError
from gateway.relay.parcel import Parcel
from gateway.relay.places import Places
from gateway.relay.spool_files import folder
from gateway.relay.takeover import take_over
from gateway.replacement import bundle
from gateway.replacement.box import BoxPlaces, in_the_hands_of
from gateway.replacement.bundle import Item, Manifest
from gateway.replacement.errors import Refused, WrongInput
from gateway.site.errors import SiteFileError
from gateway.site.load import load_site

_BEGAN, _STAGING = "restore-began", ".restore-"


@dataclass(frozen=True, slots=True)
class Restored:
    """What this box is now. `left_behind` was on its way when the export was made: its bytes stayed on the old box."""

    manifest: Manifest
    left_behind: tuple[Parcel, ...]


def restore(places: BoxPlaces, source: Path, password: str, now: datetime) -> Restored:
    """Make this empty box the one that was exported. Raises Refused or WrongInput; then it is as it was."""
    try:
        with _idle(places) as began, tempfile.TemporaryDirectory(prefix=_STAGING, dir=places.enforcer) as staging:
            with source.open("rb") as file:
                manifest, items = bundle.unpack(file, password, Path(staging, "files"))
            _require_whole(manifest, items)
            left_behind = _taken_over(items, manifest, now)
            targets = {item.name: places.place_of(item.name) for item in items}
            targets[manifest.site_file] = places.site_file
            with _undone_on_error() as undo:
                _begin(began, undo)
                for item in sorted(items, key=_order):
                    _lay(item, targets[item.name], places, undo)
            for target in targets.values():
                _before(target).unlink(missing_ok=True)
            began.unlink()
            tell(takeover_messages.TAKEN_OVER, head=manifest.head, parcels=len(left_behind))
    except WrongInput as error:
        raise WrongInput(f"{source}: {error}") from error
    except (SiteFileError, LedgerError) as error:
        raise WrongInput(f"{source}: what it holds cannot be used here: {error}") from error
    except OSError as error:
        raise Refused(
            f"{error.filename or source}: {os.strerror(error.errno or 0)}. is there room, and are you root?"
        ) from error
    except durable.DiskLied as error:
        raise Refused(f"{places.enforcer}: {error}. use another disk") from error
    return Restored(manifest, left_behind)


@contextmanager
def _idle(places: BoxPlaces) -> Iterator[Path]:
    """Both daemons' locks, on a box that nobody uses; where a restore says that it began. Raises Refused.

    What a restore that was killed laid down is nobody's: the next one begins anew.
    """
    with ExitStack() as held:
        try:
            durable.make_root(Places(places.relay).root)
            in_the_hands_of(Places(places.relay).root, places.relay)
            store = Store(places.enforcer)
            held.enter_context(enforcer_lock.alone(store.root, myself()))
            held.enter_context(relay_lock.alone(Places(places.relay).lock))
            used = store.standing().confirmed
        except (EnforcerError, StateError, RelayRefused) as error:
            raise Refused(
                f"this box is at work: {error}. systemctl stop claim-gateway-enforcer claim-gateway-relay"
            ) from error
        # Opened secrets, of one that was killed: also where all but the end was done.
        for left in places.enforcer.glob(f"{_STAGING}*"):
            shutil.rmtree(left)
        if used:
            raise Refused("this box has a site of its own. restore onto an empty one")
        began = places.enforcer / _BEGAN
        if began.exists():
            yield began
            return
        if (ledger := Places(places.relay).ledger).exists():
            raise Refused(f"{ledger}: this box has carried files already. restore onto an empty one")
        if places.site_file.exists():
            raise Refused(f"{places.site_file}: this box has a site file. move it away, or restore onto an empty box")
        yield began


def _begin(began: Path, undo: ExitStack) -> None:
    if not began.exists():
        with durable.new_file(began):
            undo.callback(began.unlink, missing_ok=True)


def _require_whole(manifest: Manifest, items: tuple[Item, ...]) -> None:
    """The site can be read by this version, and everything that was confirmed is there and is what it was."""
    by_name = {item.name: item.path for item in items}
    if manifest.site_file not in by_name:
        raise WrongInput("it holds no site file. take another copy; nothing was restored")
    load_site(by_name[manifest.site_file])
    for name, path in by_name.items():
        if name.startswith(f"{bundle.SITES}/") and digest_of(path.read_bytes()) != path.stem:
            raise WrongInput("a confirmed site in it is not what it was. take another copy; nothing was restored")
    if bundle.STANDING in by_name:
        store = Store(by_name[bundle.STANDING].parent)
        for entry in store.standing().confirmed:
            if not store.site_file(entry.digest).exists():
                raise WrongInput("a confirmed site is missing in it. take another copy; nothing was restored")


def _taken_over(items: tuple[Item, ...], manifest: Manifest, now: datetime) -> tuple[Parcel, ...]:
    """The ledger goes on as this box's, still laid aside."""
    staged = next((item.path for item in items if item.name == bundle.LEDGER), None)
    if staged is None:
        return ()
    with Ledger.open(staged, now) as ledger:
        if str(ledger.head()) != manifest.head:
            raise WrongInput("its ledger does not end where its manifest says. take another copy; nothing was restored")
        return take_over(ledger, Head.parse(manifest.head), now)


def _order(item: Item) -> tuple[bool, bool, str]:
    """Which site counts goes last; before it the ledger, without which numbers would begin anew."""
    return item.name == bundle.STANDING, item.name == bundle.LEDGER, item.name


@contextmanager
def _undone_on_error() -> Iterator[ExitStack]:
    with ExitStack() as undo:
        yield undo
        undo.pop_all()


def _lay(item: Item, target: Path, places: BoxPlaces, undo: ExitStack) -> None:
    """Write beside, then rename: each file is there whole or not at all. What it replaces comes back if another fails."""
    for missing in reversed([place for place in (target.parent, *target.parent.parents) if not place.exists()]):
        # Every daemon reads the site file; what is deeper is root's.
        missing.mkdir(mode=0o755 if missing == places.site_file.parent else 0o700)
        undo.callback(missing.rmdir)
        if Places(places.relay).root in missing.parents:
            in_the_hands_of(missing, places.relay)
    beside, before = target.with_name(f".{target.name}.restored"), _before(target)
    beside.unlink(missing_ok=True)
    undo.callback(beside.unlink, missing_ok=True)
    with durable.new_file(beside) as write, item.path.open("rb") as file:
        while piece := file.read(durable.CHUNK_BYTES):
            write(piece)
    beside.chmod(item.mode)
    if item.name.startswith(bundle.RELAY):
        in_the_hands_of(beside, places.relay)
    if target.exists():
        before.unlink(missing_ok=True)
        before.hardlink_to(target)
        undo.callback(before.rename, target)
    else:
        undo.callback(target.unlink, missing_ok=True)
    beside.rename(target)
    with folder(target.parent) as here:
        durable.sync_folder(here)


def _before(target: Path) -> Path:
    """What was there before, until everything is in its place."""
    return target.with_name(f".{target.name}.before")

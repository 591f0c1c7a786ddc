"""Everything that makes a box this site's, in one sealed file. The daemons go on meanwhile."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import gateway
from gateway.enforcer.confirmation import withdrawn
from gateway.enforcer.errors import StateError
from gateway.enforcer.store import Store
from gateway.relay import durable
from gateway.relay.backup import backup
from gateway.relay.errors import RelayRefused
from gateway.relay.ledger_file import LedgerError
from gateway.relay.places import Places
from gateway.relay.spool_files import folder
from gateway.replacement import bundle
from gateway.replacement.box import BoxPlaces, declared_files
from gateway.replacement.bundle import Item, Manifest
from gateway.replacement.errors import Refused, WrongInput
from gateway.replacement.sealed import COST, Sealing
from gateway.site.errors import SiteFileError
from gateway.site.load import load_site


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written and read back."""

    file: Path
    manifest: Manifest


def export(places: BoxPlaces, to: Path, password: str, now: datetime, *, cost: int = COST) -> Exported:
    """Write the new file `to`. Raises Refused or WrongInput; then there is none."""
    if to.exists():
        raise WrongInput(f"{to}: it exists. name a new file")
    part = to.with_name(f"{to.name}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".export-", dir=places.enforcer) as staging, ExitStack() as undo:
            manifest, items = _gathered(places, Path(staging), now)
            with durable.new_file(part) as write:
                undo.callback(part.unlink, missing_ok=True)
                bundle.write(Sealing(write, password, cost=cost), manifest, items)
            with part.open("rb") as file:
                # Out of the page cache: what is compared shall come from the medium.
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                read_back, _ = bundle.unpack(file, password, Path(staging, "again"))
            if read_back != manifest:
                raise Refused(f"{to}: the medium does not give back what was written. use another one")
            part.rename(to)
        with folder(to.parent) as here:
            durable.sync_folder(here)
    except FileExistsError as error:
        raise WrongInput(f"{part}: an export that broke off, or one that is being made. remove it, or wait") from error
    except OSError as error:
        raise Refused(
            f"{error.filename or to}: {os.strerror(error.errno or 0)}. is there room, and are you root?"
        ) from error
    except durable.DiskLied as error:
        raise Refused(f"{to}: {error}. use another medium") from error
    return Exported(to, manifest)


def _gathered(places: BoxPlaces, staging: Path, now: datetime) -> tuple[Manifest, tuple[Item, ...]]:
    try:
        site = load_site(places.site_file)
        items = [*declared_files(places), *_enforcers(places, staging)]
        head = ""
        if (ledger := Places(places.relay).ledger).exists():
            copy = staging / "ledger"
            head = str(backup(ledger, copy))
            items.append(Item(bundle.LEDGER, copy, durable.FILE_MODE))
    except SiteFileError as error:
        raise WrongInput(str(error)) from error
    except (StateError, LedgerError, RelayRefused) as error:
        raise Refused(str(error)) from error
    names = tuple(item.name for item in items)
    site_file = f"site/{places.site_file.name}"
    return Manifest(gateway.__version__, now, site.site.name, site_file, head, names), tuple(items)


def _enforcers(places: BoxPlaces, staging: Path) -> Iterator[Item]:
    """What was confirmed. A trial does not travel: nobody could confirm it on another box."""
    store = Store(places.enforcer)
    standing = store.standing()
    copy = Store(staging / "enforcer")
    for digest in dict.fromkeys(entry.digest for entry in standing.confirmed):
        kept = copy.keep(store.site_file(digest).read_bytes())
        yield Item(f"{bundle.SITES}/{kept}.yaml", copy.site_file(kept), durable.FILE_MODE)
    if standing.confirmed:
        copy.write(withdrawn(standing))
        yield Item(bundle.STANDING, copy.root / "standing.json", durable.FILE_MODE)

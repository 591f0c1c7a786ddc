"""What `status` says of the drop: who has their folders open, who used them last and by which door, and the host keys."""

import argparse
import time
from collections.abc import Iterator
from datetime import timedelta

from gateway.cli.section import Section
from gateway.cli.share_place import share_place
from gateway.policy.schedule import SITE_ZONE
from gateway.relay.drop_use import Door, Use, read
from gateway.relay.places import Places
from gateway.relay.sftp_drop.declared import use_file
from gateway.relay.sftp_drop.host_keys import fingerprints
from gateway.relay.windows_share.place import SharePlace
from gateway.site.errors import SiteFileError
from gateway.site.load import load_site
from gateway.site.model import Drop

TITLE = "drop"
SILENT = timedelta(seconds=30)
"""The share says every second that it lives; a busy box may be late."""


def drop(args: argparse.Namespace) -> Section | None:
    """Reads what the doors wrote. None: the site declares no drop, or there is no site file (the relay's section says so)."""
    try:
        site = load_site(args.site) if args.site.exists() else None
    except SiteFileError:
        return None
    if site is None or site.relay is None or not (site.relay.drop.smb or site.relay.drop.sftp):
        return None
    places, place = Places(args.relay_state_dir), share_place(args, args.relay_state_dir)
    uses = (*_uses(site.relay.drop, place, places),)
    try:
        keys = fingerprints(places.root) if site.relay.drop.sftp else ()
        complaints = (*_complaints(site.relay.drop, place),)
    except OSError as error:
        return Section(TITLE, (), (f"{error.filename}: cannot be read. run it as root",))
    lines = [(f"{use.person} ({use.door})", _said(use)) for use in uses]
    lines += [("host key", key) for key in keys]
    return Section(TITLE, tuple(lines), complaints, {"people": [_data(use) for use in uses], "host_keys": list(keys)})


def _uses(declared: Drop, place: SharePlace, places: Places) -> Iterator[Use]:
    """Everybody the site lets in, by each of their doors, also who never came."""
    known = {(use.person, use.door): use for use in (*read(place.use), *read(use_file(places)))}
    for person in declared.people:
        doors = [Door.SHARE] if declared.smb and person.smb_password_file else []
        doors += [Door.SFTP] if declared.sftp and person.sftp_key_file else []
        for door in doors:
            yield known.get((person.name, door), Use(person.name, door))


def _complaints(declared: Drop, place: SharePlace) -> Iterator[str]:
    if not declared.smb:
        return
    try:
        silent_s = time.time() - place.alive.stat().st_mtime
    except FileNotFoundError:
        silent_s = SILENT.total_seconds()
    if silent_s >= SILENT.total_seconds():
        yield "the Windows share does not run. see: journalctl -u claim-gateway-share"


def _said(use: Use) -> str:
    last = f"{use.last.astimezone(SITE_ZONE):%Y-%m-%d %H:%M}" if use.last else "never"
    return f"{use.sessions} open now, last used: {last}"


def _data(use: Use) -> dict[str, str | int | None]:
    last = use.last.isoformat() if use.last else None
    return {"person": use.person, "door": str(use.door), "sessions": use.sessions, "last": last}

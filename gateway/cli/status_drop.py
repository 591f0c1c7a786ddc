"""What `status` says of the drop: who has their folders open, who used them last and by which door, and the host keys."""

import argparse
import time
from collections.abc import Iterator
from datetime import timedelta

from gateway.cli.section import Figure, Section, words
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
_HEADING = "受け渡し"
SILENT = timedelta(seconds=30)
"""The share says every second that it lives; a busy box may be late."""


def drop(args: argparse.Namespace) -> Section | None:
    """Reads what the doors wrote; names of people are in no figure. None: the site declares no drop, or there is no site file (the relay's section says so)."""
    try:
        site = load_site(args.site) if args.site.exists() else None
    except SiteFileError:
        return None
    if site is None or site.relay is None or not (site.relay.drop.smb or site.relay.drop.sftp):
        return None
    say = words(args.lang)
    heading = say(TITLE, _HEADING)
    places, place = Places(args.relay_state_dir), share_place(args, args.relay_state_dir)
    uses = (*_uses(site.relay.drop, place, places),)
    try:
        keys = fingerprints(places.root) if site.relay.drop.sftp else ()
        critical = (*_critical(site.relay.drop, place, args.lang),)
    except OSError as error:
        said = say(
            f"{error.filename}: cannot be read. run it as root",
            f"{error.filename} を読めません。root で実行してください",
        )
        return Section(TITLE, (), critical=(said,), heading=heading, undecided=True)
    lines = [(f"{use.person} ({_door(use.door, args.lang)})", _said(use, args.lang)) for use in uses]
    lines += [(say("host key", "ホスト鍵"), key) for key in keys]
    return Section(
        TITLE,
        tuple(lines),
        data={"people": [_data(use) for use in uses], "host_keys": list(keys)},
        critical=critical,
        figures=tuple(_figures(uses)),
        heading=heading,
    )


def _uses(declared: Drop, place: SharePlace, places: Places) -> Iterator[Use]:
    """Everybody the site lets in, by each of their doors, also who never came."""
    known = {(use.person, use.door): use for use in (*read(place.use), *read(use_file(places)))}
    for person in declared.people:
        doors = [Door.SHARE] if declared.smb and person.smb_password_file else []
        doors += [Door.SFTP] if declared.sftp and person.sftp_key_file else []
        for door in doors:
            yield known.get((person.name, door), Use(person.name, door))


def _critical(declared: Drop, place: SharePlace, lang: str) -> Iterator[str]:
    if not declared.smb:
        return
    try:
        silent_s = time.time() - place.alive.stat().st_mtime
    except FileNotFoundError:
        silent_s = SILENT.total_seconds()
    if silent_s >= SILENT.total_seconds():
        yield words(lang)(
            "the Windows share does not run. journalctl -xeu claim-gateway-share",
            "Windows 共有フォルダーが動いていません。journalctl -xeu claim-gateway-share を確認してください",
        )


def _door(door: Door, lang: str) -> str:
    return words(lang)(str(door), {Door.SHARE: "共有", Door.SFTP: "SFTP"}[door])


def _said(use: Use, lang: str) -> str:
    last = f"{use.last.astimezone(SITE_ZONE):%Y-%m-%d %H:%M}" if use.last else words(lang)("never", "なし")
    return words(lang)(f"{use.sessions} open now, last used: {last}", f"使用中 {use.sessions}、最後の使用 {last}")


def _figures(uses: tuple[Use, ...]) -> Iterator[Figure]:
    for door in Door:
        if any(use.door is door for use in uses):
            now = sum(use.sessions for use in uses if use.door is door)
            yield Figure("drop_sessions", now, "Sessions people have open at the drop now.", (("door", str(door)),))


def _data(use: Use) -> dict[str, str | int | None]:
    last = use.last.isoformat() if use.last else None
    return {"person": use.person, "door": str(use.door), "sessions": use.sessions, "last": last}

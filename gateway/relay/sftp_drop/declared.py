"""The drop server a site declares."""

from collections.abc import Callable
from pathlib import Path

from gateway.relay.clock import Clocks
from gateway.relay.drop_use import Door, DropUse
from gateway.relay.durable import DiskLied
from gateway.relay.places import Places
from gateway.relay.sftp_drop.keys import People
from gateway.relay.sftp_drop.limits import limits_of
from gateway.relay.sftp_drop.server import Server
from gateway.relay.sftp_drop.staging import Reception
from gateway.relay.sftp_drop.thread import SftpDrop
from gateway.site.model import Site

USE_FILE = "sftp-drop.json"


def use_file(places: Places) -> Path:
    """Where the drop server writes who uses it, for `status`."""
    return places.root / USE_FILE


def sftp_drop(
    site: Site, *, site_folder: Path, places: Places, releasers: tuple[str, ...], clocks: Clocks, reception: Reception
) -> SftpDrop | None:
    """The site's drop server; None if it declares none."""
    if site.relay is None or site.relay.drop.sftp is None or site.zones.lan is None:
        return None
    declared = site.relay.drop.sftp
    addresses = tuple(interface.ip for interface in site.zones.lan.addresses)
    people = People(site.relay.drop.people, site_folder)
    use = DropUse(use_file(places), Door.SFTP, people.names)

    def made(reception: Reception, lied: Callable[[DiskLied], None]) -> Server:
        return Server(
            addresses=addresses,
            port=declared.port,
            post_quantum_only=declared.post_quantum_only,
            people=people,
            releasers=releasers,
            places=places,
            use=use,
            limits=limits_of(declared),
            reception=reception,
            clocks=clocks,
            lied=lied,
        )

    return SftpDrop(made, reception)

"""Where a box keeps what makes it this site's: the folders an export reads and a restore fills."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.relay.places import Places
from gateway.relay.sftp_drop.host_keys import FOLDER as DROP_KEYS
from gateway.replacement.bundle import RELAY, Item, holdable
from gateway.replacement.errors import Refused

HOST_KEYS = "ssh_host_*_key*"
_PERMISSIONS = 0o777


@dataclass(frozen=True, slots=True)
class BoxPlaces:
    """`site_file` and what lies beside it, sshd's folder, and the state of both daemons."""

    site_file: Path
    ssh: Path
    enforcer: Path
    relay: Path

    def place_of(self, name: str) -> Path:
        """Where a file of the export belongs; the site file has the name this box gives it."""
        top, _, rest = name.partition("/")
        folders = {"site": self.site_file.parent, "ssh": self.ssh, "enforcer": self.enforcer}
        return (folders | {"relay": Places(self.relay).root})[top] / rest


def declared_files(places: BoxPlaces) -> Iterator[Item]:
    """The site file and everything beside it (credentials, people's keys), then the host keys of sshd and of the SFTP drop.

    Receipt computers know the drop by its keys: a spare box with others would be turned away. Raises Refused.
    """
    yield from _below(places.site_file.parent, "site")
    for path in sorted(places.ssh.glob(HOST_KEYS)):
        yield _item(path, f"ssh/{path.name}")
    keys = Places(places.relay).root / DROP_KEYS
    if keys.is_symlink():  # the relay's own folder: whoever broke into the relay would have root read another one
        raise Refused(f"{keys}: a link. find out who made it; an export holds plain files only")
    for path in sorted(keys.glob("[a-z]*")):
        yield _item(path, f"{RELAY}{DROP_KEYS}/{path.name}")


def _below(folder: Path, name: str) -> Iterator[Item]:
    for path in sorted(folder.iterdir()):
        inside = f"{name}/{path.name}"
        if path.is_symlink() or not holdable(inside):
            raise Refused(f"{path}: a link, or a hidden file. move it away; an export holds plain files only")
        if path.is_dir():
            yield from _below(path, inside)
        else:
            yield _item(path, inside)


def _item(path: Path, name: str) -> Item:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise Refused(f"{path}: is no file. move it away; an export holds plain files only")
    return Item(name, path, found.st_mode & _PERMISSIONS)


def in_the_hands_of(path: Path, folder: Path) -> None:
    """What root laid into a daemon's folder is that daemon's."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)

"""The Windows share of the drop: who may open it, and names that Samba and Windows can take."""

import re
from collections.abc import Iterator

from gateway.site.model import Drop, Site
from gateway.site.rules.finding import Finding, Rule
from gateway.site.tree import Path

LOGON_MAX_CHARS = 20
"""sAMAccountName, MS-ADTS 3.1.1.8.1.3: what Windows sends of a longer one is cut."""
_LOGON = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{LOGON_MAX_CHARS - 1}}}")
TAKEN = ("root", "nobody", "guest", "nogroup", "claim-gateway-relay")
"""Accounts that mean something else to Samba or to this box."""
_NO_FOLDER = re.compile(r"[%\x00-\x1f\\/:*?\"<>|\[\]+=;,#]|[. ]$|^[. ]")
"""What a share's name (MS-DTYP 2.2.48 and smb.conf's own signs) or a folder's on Windows must not have."""
_DROP: Path = ("relay", "drop")


def the_share_is_open_to_somebody(site: Site) -> Iterator[Finding]:
    """A share that nobody may open is a mistake, and so is a person with no way to hand anything in."""
    drop = site.relay.drop if site.relay else Drop()
    if not drop.smb:
        return
    people = (*_DROP, "people")
    if all(person.smb_password_file is None for person in drop.people):
        text = "relay.drop.smb is open to nobody. name people: with smb_password_file:, or write smb: false"
        yield Finding((*_DROP, "smb"), text, (people,))
        return
    for index, person in enumerate(drop.people):
        if person.smb_password_file is None and (drop.sftp is None or person.sftp_key_file is None):
            text = f"{person.name} has no way to hand anything in. add smb_password_file:"
            yield Finding((*people, index), text, ((*people, index, "smb_password_file"), (*_DROP, "sftp")))


def logons_are_windows_accounts(site: Site) -> Iterator[Finding]:
    """What a person types on Windows, and Samba keeps a password for."""
    drop = site.relay.drop if site.relay else Drop()
    for index, person in enumerate(drop.people):
        if not drop.smb or person.smb_password_file is None:
            continue
        path: Path = (*_DROP, "people", index, "account" if person.account else "name")
        if not _LOGON.fullmatch(person.logon):
            text = f"{person.logon} cannot be an account of the shared folder"
            todo = f"add account: with letters, digits, '_' and '-', at most {LOGON_MAX_CHARS}"
            yield Finding(path, f"{text}. {todo}", ((*_DROP, "people", index, "account"),))
        elif person.logon.casefold() in TAKEN:
            yield Finding(path, f"the account {person.logon} is the system's own. write another")


def each_has_a_password_of_their_own(site: Site) -> Iterator[Finding]:
    """The files' last parts name them to the share (systemd's credentials), so these differ too."""
    seen: dict[str, str] = {}
    for index, person in enumerate(site.relay.drop.people if site.relay else ()):
        if person.smb_password_file is None:
            continue
        other = seen.setdefault(person.smb_password_file.rpartition("/")[2], person.name)
        if other != person.name:
            text = f"{person.name} has a password file called as {other}'s. give each person one"
            yield Finding((*_DROP, "people", index, "smb_password_file"), text)


def who_releases_can_have_a_folder(site: Site) -> Iterator[Finding]:
    """Releasing is moving a file into the folder that is called as the person."""
    for index, person in enumerate(site.relay.drop.people if site.relay else ()):
        if person.may_release and _NO_FOLDER.search(person.name):
            text = f"{person.name} releases by a folder of that name, which Windows cannot have"
            todo = "write the name without \\ / : * ? % and the like"
            yield Finding((*_DROP, "people", index, "name"), f"{text}. {todo}")


RULES: tuple[Rule, ...] = (
    the_share_is_open_to_somebody,
    logons_are_windows_accounts,
    each_has_a_password_of_their_own,
    who_releases_can_have_a_folder,
)

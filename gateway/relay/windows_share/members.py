"""Who may open the share, and the accounts smbd sees for them. Pure.

Samba wants a Unix account for each of its own. These exist in the share's mount namespace only, so the box's /etc/passwd
is never touched; nothing belongs to them, because all files are the relay's (`force user`).
"""

from dataclasses import dataclass

from gateway.site.exchange import Drop

FIRST_USER_ID = 1_879_048_192
"""The first of the numbers systemd leaves to nobody (Users, Groups, UIDs and GIDs on systemd systems: 0x70000000 on)."""
_NOBODY = 65_534  # linux/highuid.h; Samba's guest account, which nobody becomes here


@dataclass(frozen=True, slots=True)
class Member:
    """`person` is what colleagues call them, `logon` what they type; `password_file` as the site file names it."""

    person: str
    logon: str
    password_file: str
    may_release: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """The relay's user, to whom every file belongs."""

    name: str
    user_id: int
    group_id: int


def members(drop: Drop) -> tuple[Member, ...]:
    """Everybody with a password for the share, in the site file's order."""
    return tuple(
        Member(person.name, person.logon, person.smb_password_file, person.may_release)
        for person in drop.people
        if person.smb_password_file is not None
    )


def passwd(owner: Owner, people: tuple[Member, ...]) -> str:
    """The share's own /etc/passwd (passwd(5)): nobody in it can log on to anything."""
    accounts = [("root", 0, 0), (owner.name, owner.user_id, owner.group_id), ("nobody", _NOBODY, _NOBODY)]
    accounts += [(one.logon, FIRST_USER_ID + at, owner.group_id) for at, one in enumerate(people)]
    return "".join(f"{name}:x:{user}:{group}::/nonexistent:/usr/sbin/nologin\n" for name, user, group in accounts)


def group(owner: Owner) -> str:
    """The share's own /etc/group (group(5))."""
    groups = (("root", 0), (owner.name, owner.group_id), ("nogroup", _NOBODY))
    return "".join(f"{name}:x:{number}:\n" for name, number in groups)

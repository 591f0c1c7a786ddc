"""The site → smb.conf(5). Pure; the golden files in tests/relay/windows_share/golden show what comes out.

Everything not said here is off: a share's rights come from mounts (folders that are only read) and from `valid users`.
"""

from collections.abc import Iterator

from gateway.relay.places import PEOPLE
from gateway.relay.windows_share.members import FIRST_USER_ID, Member, members
from gateway.relay.windows_share.place import SharePlace
from gateway.site.exchange import Drop
from gateway.site.zones import LanZone

APPROVAL = "承認-"
"""A person's own share for releasing is called so, and by their name."""
PORT = 445  # IANA microsoft-ds; never NetBIOS (137-139)
PROCESSES_MOST = 32
"""One for each connection: more than the PCs of a clinic, and 23 MB each, of which most is shared."""
IDLE_MIN = 60
"""A connection with no file open is closed after so many minutes; Windows connects anew by itself."""
AUDIT_MARK = "@audit"
"""Begins each line of the audit among whatever else smbd says."""
_DEVICES = ("con", "prn", "aux", "nul", "com?", "lpt?")
VETOED = ("desktop.ini", "Thumbs.db", ".*", "*.", "* ", *_DEVICES, *(f"{device}.*" for device in _DEVICES))
"""What Windows and Macs leave behind in folders, hidden names, and names a Windows PC could not hold: neither shown nor made."""
HEARD = ("connect", "disconnect", "create_file", "renameat", "unlinkat", "mkdirat")
"""What full_audit writes down (vfs_full_audit(8)); every file is opened by create_file."""


def configuration(drop: Drop, lan: LanZone, place: SharePlace, owner: str, *, writable: bool = True) -> str:
    """The whole file. `owner` is the relay's user; not `writable`: there is no room for more files now."""
    people = members(drop)
    common = (("read only", "no" if writable else "yes"), *_share(owner))
    parts = [("global", (*_global(lan, place),)), (PEOPLE, (*_people(people, place), *common))]
    parts += [(f"{APPROVAL}{one.person}", (*_approval(one, place), *common)) for one in people if one.may_release]
    text = "# Made from the site file by `claim-gateway share`; a change made here is lost at its next start.\n"
    for name, parameters in parts:
        text += f"[{name}]\n" + "".join(f"  {key} = {value}".rstrip() + "\n" for key, value in parameters)
    return text


def _global(lan: LanZone, place: SharePlace) -> Iterator[tuple[str, str]]:
    yield "server role", "standalone server"
    yield "netbios name", "GATEWAY"
    yield "server string", "claim-gateway"
    yield from _reach(lan)
    yield from _protection()
    yield from _nothing_else()
    for parameter, folder in place.folders.items():
        yield parameter, str(folder)
    yield "passdb backend", f"tdbsam:{place.passwords}"
    yield "idmap config * : backend", "tdb"
    yield "idmap config * : range", f"{FIRST_USER_ID}-{FIRST_USER_ID + 4096}"
    yield "log file", str(place.run / "log")
    # smbd's own words quote file names, so only its errors are asked for, and nobody passes them on: see audit.py.
    yield "log level", "0 full_audit:1 auth_json_audit:2"
    yield "debug prefix timestamp", "no"
    yield "unix charset", "UTF-8"
    yield "max smbd processes", str(PROCESSES_MOST)
    yield "deadtime", str(IDLE_MIN)


def _reach(lan: LanZone) -> Iterator[tuple[str, str]]:
    """The LAN addresses, the one port, the declared PCs: the firewall says the same, and neither relies on the other."""
    yield "interfaces", " ".join(map(str, lan.addresses))
    yield "bind interfaces only", "yes"
    yield "smb ports", str(PORT)
    allowed = [network for pc in lan.receipt_pcs for network in pc.networks]
    hosts = [str(one.network_address) if one.num_addresses == 1 else str(one) for one in allowed]
    yield "hosts allow", " ".join(hosts)
    yield "hosts deny", "ALL"


def _protection() -> Iterator[tuple[str, str]]:
    """[C17] SMB 3, signed and encrypted, a known person, or nothing."""
    yield "server min protocol", "SMB3_00"
    yield "server signing", "mandatory"
    yield "server smb encrypt", "required"
    yield "map to guest", "never"
    yield "restrict anonymous", "2"
    yield "ntlm auth", "ntlmv2-only"
    # A file that a client still has in its own memory looks closed: nobody may cache (`_share` has the older forms).
    yield "smb2 leases", "no"


def _nothing_else() -> Iterator[tuple[str, str]]:
    """Off: NetBIOS and WINS, printers, remote procedure calls (the list of shares among them), shares made by users."""
    yield "disable netbios", "yes"
    yield "wins support", "no"
    yield "dns proxy", "no"
    yield "multicast dns register", "no"
    yield "load printers", "no"
    yield "printing", "bsd"
    yield "printcap name", "/dev/null"
    yield "disable spoolss", "yes"
    yield "rpc start on demand helpers", "no"
    yield "usershare path", ""
    yield "host msdfs", "no"
    yield "enable core files", "no"
    yield "time server", "no"


def _share(owner: str) -> Iterator[tuple[str, str]]:
    yield "force user", owner
    yield "create mask", "0600"
    yield "directory mask", "0700"
    # Links are neither followed nor made, in either family of protocol; nothing below is a way out.
    yield "follow symlinks", "no"
    yield "wide links", "no"
    yield "unix extensions", "no"
    # No DOS attributes, no streams, no extended attributes: a claim file has none, and a copy would lose them silently.
    yield "store dos attributes", "no"
    for attribute in ("archive", "hidden", "readonly", "system"):
        yield f"map {attribute}", "no"
    yield "ea support", "no"
    yield "veto files", "/" + "/".join(VETOED) + "/"
    # No caching of writes, and no handle that outlives its line: what is closed is whole, or broken off and seen to be.
    yield "oplocks", "no"
    yield "level2 oplocks", "no"
    yield "kernel oplocks", "no"
    yield "durable handles", "no"
    yield "locking", "yes"
    yield "strict locking", "yes"
    yield "strict sync", "yes"
    yield "vfs objects", "full_audit"
    yield "full_audit:syslog", "no"
    yield "full_audit:prefix", f"{AUDIT_MARK}|%U|%I"
    yield "full_audit:success", " ".join(HEARD)
    yield "full_audit:failure", "connect renameat unlinkat mkdirat"


def _people(people: tuple[Member, ...], place: SharePlace) -> Iterator[tuple[str, str]]:
    yield "path", str(place.people)
    yield "comment", "claim files in, returns out (厳秘)"
    yield "valid users", " ".join(one.logon for one in people)


def _approval(person: Member, place: SharePlace) -> Iterator[tuple[str, str]]:
    yield "path", str(place.approvals / person.person)
    yield "comment", "a held file copied here is released (厳秘)"
    yield "valid users", person.logon

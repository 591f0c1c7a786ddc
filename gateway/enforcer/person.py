"""Who asks: the process at the other end of a socket, or this one."""

import grp
import os
import pwd
import socket
import struct
from pathlib import Path

GROUP = "claim-gateway"
"""Its members may speak to the enforcer; root always may."""
_CREDENTIALS = struct.Struct("=iII")  # struct ucred, unix(7)


def peer(connection: socket.socket) -> tuple[int, int, int]:
    """The (pid, uid, gid) the kernel saw when the other end connected (SO_PEERCRED, unix(7))."""
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, gid = _CREDENTIALS.unpack(found)
    return pid, uid, gid


def may_ask(uid: int, gid: int) -> bool:
    """Root, whoever runs the enforcer, and the members of GROUP."""
    if uid in (0, os.geteuid()):
        return True
    try:
        group = grp.getgrnam(GROUP)
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        return False
    return gid == group.gr_gid or name in group.gr_mem


def described(pid: int, uid: int) -> str:
    """`user (program, pid N)`, as history and journal show it."""
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = f"user {uid}"
    try:
        program = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        program = "ended"
    return f"{user} ({program}, pid {pid})"


def myself() -> str:
    """The process that runs, with who began it where sudo tells."""
    return described(os.getpid(), int(os.environ.get("SUDO_UID", os.geteuid())))

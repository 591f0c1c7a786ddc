"""sd_notify(3): what a daemon tells the service manager. Silent when systemd did not start us."""

import os
import socket

_FIRST_KEPT = 3  # SD_LISTEN_FDS_START


def notify(*lines: str) -> bool:
    """Send assignments such as `READY=1`, `STATUS=…`, `WATCHDOG=1`. Returns whether a manager took them.

    A manager that went away is no reason to stop carrying files, so its absence is not an error.
    """
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return False
    address = "\0" + path[1:] if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        try:
            sender.sendto("\n".join(lines).encode(), address)
        except OSError:
            return False
    return True


def watchdog_interval_s() -> float | None:
    """Half of WATCHDOG_USEC, in seconds, as sd_watchdog_enabled(3) advises; None when no watchdog watches this process."""
    microseconds, pid = os.environ.get("WATCHDOG_USEC"), os.environ.get("WATCHDOG_PID")
    if not microseconds or (pid and int(pid) != os.getpid()):
        return None
    return int(microseconds) / 2_000_000


def keep_descriptor(name: str, descriptor: int) -> bool:
    """Have the service manager keep an open descriptor over our end (FDSTORE=1); False when none took it.

    FDPOLL=0: a netlink socket with unread errors would otherwise be thrown away as hung up.
    """
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return False
    address = "\0" + path[1:] if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        try:
            sender.connect(address)
            socket.send_fds(sender, [f"FDSTORE=1\nFDNAME={name}\nFDPOLL=0".encode()], [descriptor])
        except OSError:
            return False
    return True


def kept_descriptors() -> list[tuple[str, int]]:
    """(name, descriptor) of what was kept for us, close-on-exec from here on (sd_listen_fds_with_names(3))."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(os.environ.get("LISTEN_FDS", "0"))
    names = os.environ.get("LISTEN_FDNAMES", "").split(":")
    kept = [(names[at] if at < len(names) else "", _FIRST_KEPT + at) for at in range(count)]
    for _, descriptor in kept:
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - the standard library's own signature
    return kept

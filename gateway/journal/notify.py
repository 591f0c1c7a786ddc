"""sd_notify(3): what a daemon tells the service manager. Silent when systemd did not start us."""

import os
import socket


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

"""Samba's own programs: is a configuration right (testparm), and who has which password (pdbedit). Blocking.

A password goes through standard input, never on a command line. What a program complains of is not passed on: its words
are about Samba's files, and the journal wants ours.
"""

import subprocess
from pathlib import Path

from gateway.relay.errors import RelayRefused

TIMEOUT_S = 20
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_ENVIRONMENT = {"PATH": _PATH, "LANG": "C.UTF-8"}


def require_right(configuration: Path) -> None:
    """Have testparm(1) read the file. Raises RelayRefused with its complaint: a configuration it doubts is not used.

    testparm ends with 0 at a parameter it does not know, and only says so. Its warnings are advice
    for other servers than this one (directories for browsing, a parameter that will go one day).
    """
    done = _run("testparm", "-s", str(configuration))
    complaints = [line for line in done.stderr.splitlines() if _complains(line)]
    if done.returncode or complaints:
        said = complaints[0] if complaints else f"testparm ended with {done.returncode}"
        raise RelayRefused(f"{configuration}: Samba does not take it: {said[:200]}. call the vendor")


def _complains(line: str) -> bool:
    return "WARNING" not in line and any(word in line for word in ("ERROR", "Unknown parameter", "Ignoring", "invalid"))


def set_password(configuration: Path, logon: str, password: str) -> None:
    """Give an account this password; it is made if there is none. Raises RelayRefused."""
    twice = f"{password}\n{password}\n"
    _pdbedit(configuration, "--create", "--password-from-stdin", "--user", logon, stdin=twice, logon=logon)


def limit_guessing(configuration: Path, attempts: int, minutes: int) -> None:
    """After `attempts` wrong passwords in `minutes` an account stays shut for `minutes`."""
    policies = (
        ("bad lockout attempt", attempts),
        ("lockout duration", minutes),
        ("reset count minutes", minutes),
    )
    for policy, value in policies:
        _pdbedit(configuration, "--account-policy", policy, "--value", str(value))


def accounts(configuration: Path) -> tuple[str, ...]:
    """Every account there is."""
    return tuple(line.partition(":")[0] for line in _pdbedit(configuration, "--list").splitlines() if ":" in line)


def forget(configuration: Path, logon: str) -> None:
    """Remove an account."""
    _pdbedit(configuration, "--delete", "--user", logon, logon=logon)


def _pdbedit(configuration: Path, *arguments: str, stdin: str = "", logon: str = "") -> str:
    done = _run("pdbedit", "--configfile", str(configuration), "--debuglevel", "0", *arguments, stdin=stdin)
    if done.returncode:
        about = f" for {logon}" if logon else ""
        raise RelayRefused(f"Samba's account database cannot be written{about}. look at the disk, then start again")
    return done.stdout


def _run(*command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, input=stdin, text=True, capture_output=True, check=False, timeout=TIMEOUT_S, env=_ENVIRONMENT
        )
    except FileNotFoundError as error:
        raise RelayRefused(f"{command[0]} is not installed. install Debian's package samba") from error
    except subprocess.TimeoutExpired as error:
        raise RelayRefused(f"{command[0]} did not end in {TIMEOUT_S} s. look at the disk, then start again") from error

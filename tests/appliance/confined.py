"""Runs a command under a unit's seccomp filters without systemd: `python -m tests.appliance.confined UNIT COMMAND…`.

systemd kills whoever calls what its unit does not allow, and everything it starts inherits the filter. A test suite starts
real servers, which must do what the unit forbids. So the kernel asks us instead (seccomp_unotify(2)): Python is refused and
the call reported, other programs may go on. Of the unit: SystemCallFilter=, RestrictAddressFamilies=,
MemoryDenyWriteExecute=, RestrictNamespaces= (systemd.exec(5)).

Exit: the command's code · 1 if it was 0 and Python was refused something.
"""

import ctypes
import errno
import mmap
import os
import select
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000  # seccomp.h: SCMP_ACT_ALLOW, SCMP_ACT_NOTIFY
_NO_NEW_PRIVILEGES = 3  # SCMP_FLTATR_CTL_NNP
_EQUAL, _MASKED_EQUAL = 4, 7  # SCMP_CMP_EQ, SCMP_CMP_MASKED_EQ
_GO_ON = 1  # linux/seccomp.h: SECCOMP_USER_NOTIF_FLAG_CONTINUE
_NAMESPACES = 0x7E020080
"""linux/sched.h: CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
_WRITE, _EXECUTE = mmap.PROT_WRITE, mmap.PROT_EXEC
_LOOK_EVERY_MS = 200
_AS_ROOT = ("chown", "fchown")
"""SQLite, `relay.alone` and `relay.rebuild` give what they make to its folder's owner where they run as root, as tests do and the relay never."""


class _Comparison(ctypes.Structure):
    """struct scmp_arg_cmp."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("mask_or_value", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    )


class _Asked(ctypes.Structure):
    """struct seccomp_notif, struct seccomp_data in it."""

    _fields_ = (
        ("id", ctypes.c_uint64),
        ("thread", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("call", ctypes.c_int),
        ("architecture", ctypes.c_uint32),
        ("instruction", ctypes.c_uint64),
        ("arguments", ctypes.c_uint64 * 6),
    )


class _Answer(ctypes.Structure):
    """struct seccomp_notif_resp."""

    _fields_ = (
        ("id", ctypes.c_uint64),
        ("value", ctypes.c_int64),
        ("error", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
    )


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_char_p
    library.seccomp_api_get()  # finds out what the kernel can; without it nothing can be received
    return library


def settings(unit: Path, name: str) -> list[str]:
    """Every value of one directive, in the order of the file."""
    return [line.partition("=")[2] for line in unit.read_text().splitlines() if line.startswith(f"{name}=")]


def allowed(unit: Path) -> frozenset[str]:
    """What SystemCallFilter= leaves: the first line allows, `~` takes away, the rest adds; @default always."""
    calls = set(_expanded("@default"))
    for value in settings(unit, "SystemCallFilter"):
        names = {call for word in value.removeprefix("~").split() for call in _expanded(word)}
        calls = calls - names if value.startswith("~") else calls | names
    return frozenset(calls)


def _expanded(word: str) -> Iterator[str]:
    if not word.startswith("@"):
        yield word
        return
    command = ("systemd-analyze", "syscall-filter", "--no-pager", word)
    listed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=10).stdout
    for line in listed.splitlines()[1:]:
        if (name := line.strip()) and not name.startswith("#"):
            yield from _expanded(name)


def _conditions(unit: Path) -> dict[str, list[_Comparison]]:
    """Calls that are allowed with some arguments only; each comparison is one way to be allowed."""
    found: dict[str, list[_Comparison]] = {}
    if families := settings(unit, "RestrictAddressFamilies"):
        wanted = [getattr(socket, family) for family in families[0].split()]
        found["socket"] = [_Comparison(0, _EQUAL, family, 0) for family in wanted]
    if "yes" in settings(unit, "MemoryDenyWriteExecute"):
        found["mmap"] = [_Comparison(2, _MASKED_EQUAL, _WRITE | _EXECUTE, either) for either in (0, _WRITE, _EXECUTE)]
        found["mprotect"] = found["pkey_mprotect"] = [_Comparison(2, _MASKED_EQUAL, _EXECUTE, 0)]
    if "yes" in settings(unit, "RestrictNamespaces"):
        found["clone"] = found["unshare"] = [_Comparison(0, _MASKED_EQUAL, _NAMESPACES, 0)]
        found["setns"] = []
    return found


def confine(unit: Path) -> int:
    """Put this process, and all it starts, under the unit's filters. Returns the descriptor on which the kernel asks."""
    library, conditions = _library(), _conditions(unit)
    context = ctypes.c_void_p(library.seccomp_init(_NOTIFY))
    _must(library.seccomp_attr_set(context, _NO_NEW_PRIVILEGES, 0))  # servers may be set-user-id
    for name in sorted(allowed(unit)):
        call = library.seccomp_syscall_resolve_name(name.encode())
        if call < 0:
            continue  # another architecture's
        if name not in conditions:
            _must(library.seccomp_rule_add(context, _ALLOW, call, 0))
        for one in conditions.get(name, ()):
            _must(library.seccomp_rule_add_array(context, _ALLOW, call, 1, ctypes.byref(one)))
    _must(library.seccomp_load(context))
    descriptor: int = library.seccomp_notify_fd(context)
    return _must(descriptor)


def _must(answer: int) -> int:
    if answer < 0:
        raise OSError(-answer, os.strerror(-answer))
    return answer


def run(unit: Path, command: list[str]) -> tuple[int, Counter[str]]:
    """Run `command`. Returns its exit code, and what Python was refused: `call: program` and how often."""
    here, there = socket.socketpair()
    if (child := os.fork()) == 0:
        socket.send_fds(there, [b"."], [confine(unit)])
        os.execvp(command[0], command)  # noqa: S606 - the command line is ours to run
    there.close()
    _, (asking, *_), _, _ = socket.recv_fds(here, 1, 1)
    here.close()
    refused: Counter[str] = Counter()
    waiting = select.poll()
    waiting.register(asking, select.POLLIN)
    try:
        while True:
            if any(event & select.POLLIN for _, event in waiting.poll(_LOOK_EVERY_MS)):
                _answer(asking, refused)
            elif (ended := os.waitpid(child, os.WNOHANG))[0]:
                return os.waitstatus_to_exitcode(ended[1]), refused
    finally:
        os.close(asking)


def _answer(asking: int, refused: Counter[str]) -> None:
    library, asked = _library(), _Asked()
    received: int = library.seccomp_notify_receive(asking, ctypes.byref(asked))
    if received == -errno.ECANCELED and ctypes.get_errno() in (errno.ENOENT, errno.EINTR):
        return  # who asked ended meanwhile
    _must(received)
    program = _program(asked.thread)
    name = library.seccomp_syscall_resolve_num_arch(asked.architecture, asked.call).decode()
    if _is_judged(program) and name not in _AS_ROOT:
        refused[f"{name}: {' '.join(program)[:100]}"] += 1
        answer = _Answer(asked.id, 0, -errno.EPERM, 0)
    else:
        answer = _Answer(asked.id, 0, 0, _GO_ON)
    library.seccomp_notify_respond(asking, ctypes.byref(answer))  # fails if it ended meanwhile


def _program(thread: int) -> list[str]:
    try:
        return Path(f"/proc/{thread}/cmdline").read_text().rstrip("\0").split("\0")
    except OSError:
        return [""]


def _is_judged(program: list[str]) -> bool:
    return Path(program[0]).name.startswith("python")


def main() -> int:
    """The command line."""
    unit, command = Path(sys.argv[1]), sys.argv[2:]
    code, refused = run(unit, command)
    for what, count in refused.most_common():
        print(f"{unit.stem} forbids {what} ({count} times)", file=sys.stderr)
    return code or int(bool(refused))


if __name__ == "__main__":
    sys.exit(main())

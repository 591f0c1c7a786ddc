import ctypes
import subprocess
import sys

import pytest

from gateway.journal.clock import ClockState, clock_state

REFUSED = """
import ctypes, errno
seccomp = ctypes.CDLL("libseccomp.so.2")
seccomp.seccomp_init.restype = ctypes.c_void_p
context = ctypes.c_void_p(seccomp.seccomp_init(0x7FFF0000))
for name in (b"adjtimex", b"clock_adjtime"):
    assert seccomp.seccomp_rule_add(context, 0x00050000 | errno.EPERM, seccomp.seccomp_syscall_resolve_name(name), 0) == 0
assert seccomp.seccomp_load(context) == 0
from gateway.journal.clock import clock_state
print(clock_state())
"""


def test_the_kernel_says_which() -> None:
    assert clock_state() in ClockState


def test_who_may_not_ask_learns_that_it_is_unknown() -> None:
    """As in a container whose filter leaves the clock out."""
    try:
        ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp2 is not installed")

    done = subprocess.run([sys.executable, "-c", REFUSED], capture_output=True, text=True, check=False)

    assert done.stdout == "unknown\n", done.stderr

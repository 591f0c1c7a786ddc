import os
import socket

import pytest

from gateway.enforcer import person

NOBODY = 65_534


def test_the_kernel_says_who_is_at_the_other_end() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert person.peer(here) == (os.getpid(), os.geteuid(), os.getegid())


def test_a_process_is_described_by_user_program_and_pid() -> None:
    assert person.described(os.getpid(), 0).startswith("root (")
    assert person.described(2**22 + 1, 54_321) == f"user 54321 (ended, pid {2**22 + 1})"


def test_root_may_ask_and_a_stranger_may_not() -> None:
    assert person.may_ask(0, 0)
    assert not person.may_ask(NOBODY, NOBODY)
    assert not person.may_ask(54_321, 54_321)


def test_a_member_of_the_group_may_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person, "GROUP", "nogroup")  # one that every Debian has
    assert person.may_ask(NOBODY, NOBODY)


def test_sudo_tells_who_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "54321")
    assert person.myself().startswith("user 54321 (")

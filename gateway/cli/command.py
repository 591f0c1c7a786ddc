"""What a command is: its name, its arguments, and a function from parsed arguments to an exit code."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes every command shares (docs/commands.md)."""

    OK = 0
    NO = 1
    INPUT = 2
    UNDECIDED = 3
    SYSTEM = 4
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `example` closes its `--help`; `run` prints results on stdout and complaints on stderr."""

    name: str
    summary: str
    example: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


class Refused(Exception):
    """The system said no (kernel, share, daemon): one line per cause, exit code 4."""


class Denied(Exception):
    """The answer is no: one line, exit code 1."""

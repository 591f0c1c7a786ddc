"""The smallest BPF programs, each doing nothing, attached to a hook of a box for a while (bpf(2))."""

import ctypes
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gateway.proof.inventory import programs
from tests.proof.inventory.box import Box

_PROG_LOAD, _LINK_CREATE = 5, 28  # enum bpf_cmd, linux/bpf.h


@dataclass(frozen=True)
class Hook:
    """Program type, attach type, and the verdict by which it changes nothing (linux/bpf.h)."""

    program: int
    attach: int
    passes: int
    tail: bytes = b""


XDP = Hook(6, 37, 2)
TCX = Hook(3, 46, -1)
NETFILTER = Hook(32, 45, 1, struct.pack("=IIiI", socket.AF_INET, 2, 1, 0))  # pf, NF_INET_FORWARD, priority, flags
SOCKET_LOOKUP = Hook(30, 36, 1)


@contextmanager
def attached(box: Box, hook: Hook, port: str = "") -> Iterator[None]:
    """It goes when its link is closed, whatever happened."""
    link = box.call(_attach, hook, port)
    try:
        yield
    finally:
        os.close(link)


def _attach(hook: Hook, port: str) -> int:
    code = (ctypes.c_ubyte * 16).from_buffer_copy(
        struct.pack("=BBhi", 0xB7, 0, 0, hook.passes) + struct.pack("=BBhi", 0x95, 0, 0, 0)  # r0 = verdict; exit
    )
    licence = ctypes.create_string_buffer(b"GPL")
    load = bytearray(128)
    struct.pack_into("=IIQQ", load, 0, hook.program, 2, ctypes.addressof(code), ctypes.addressof(licence))
    struct.pack_into("=I", load, 68, hook.attach)  # expected_attach_type
    program = programs._bpf(_PROG_LOAD, load)
    try:
        create = bytearray(64)
        target, own = socket.if_nametoindex(port) if port else 0, -1
        if hook is SOCKET_LOOKUP:
            target = own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        struct.pack_into("=IIII", create, 0, program, target, hook.attach, 0)
        create[16 : 16 + len(hook.tail)] = hook.tail
        try:
            return programs._bpf(_LINK_CREATE, create)
        finally:
            if own >= 0:
                os.close(own)
    finally:
        os.close(program)

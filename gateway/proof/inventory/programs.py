"""BPF programs in the packets' way that no link, queue or ruleset shows: tcx, netfilter and socket lookup (bpf(2))."""

import ctypes
import errno
import os
import platform
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.proof.inventory.asking import NotObserved
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, Theorem

_SYSCALL = {"x86_64": 321, "aarch64": 280}  # __NR_bpf, asm/unistd.h
# enum bpf_cmd, linux/bpf.h
_PROG_QUERY, _LINK_GET_FD_BY_ID, _LINK_GET_NEXT_ID, _OBJ_GET_INFO_BY_FD = 16, 30, 31, 15
_NETFILTER_LINK = 10  # BPF_LINK_TYPE_NETFILTER, linux/bpf.h
_TCX = {"tcx ingress": 46, "tcx egress": 47}  # BPF_TCX_INGRESS, BPF_TCX_EGRESS
_OF_NAMESPACE = {"flow dissector": 17, "socket lookup": 36}  # BPF_FLOW_DISSECTOR, BPF_SK_LOOKUP
_ATTR_BYTES = 64
"""More than the part of union bpf_attr these commands have; the kernel wants the rest zero."""
_INFO_BYTES = 128
_IDS_MAX = 64
_ABSENT = (errno.EINVAL, errno.ENOENT, errno.EOPNOTSUPP, errno.ENOSYS, errno.ENODEV)
"""An older kernel does not know the hook; a port may go away while it is asked about."""


@dataclass(frozen=True, slots=True, order=True)
class Program:
    """`count` programs at one hook; `port` is empty where the hook is not a port's."""

    hook: str
    port: str
    count: int


def read() -> tuple[Program, ...]:
    """What the kernel shows of this namespace; netfilter programs of any namespace, for it does not say which. Raises NotObserved.

    Those are shown to CAP_SYS_ADMIN only. Whoever has not got it misses a program that can drop, and neither rewrite nor
    redirect (net/netfilter/nf_bpf_link.c): it opens nothing.
    """
    return tuple(one for one in (*_at_ports(), *_at_namespace(), *_at_netfilter()) if one.count)


def judge(found: tuple[Program, ...], _site: Surroundings) -> Iterator[Finding]:
    """Nobody can say what a program does."""
    for one in found:
        where = f" on {one.port}" if one.port else ""
        yield Finding(
            "bpf",
            f"{one.count} BPF program(s) at {one.hook}{where}",
            "a program may redirect, rewrite or drop packets beside the rules",
            "find it with bpftool net and bpftool link, and stop what loaded it",
            Theorem.T1,
            Answer.NOT_PROVABLE,
        )


def _at_ports() -> Iterator[Program]:
    for index, name in socket.if_nameindex():
        for hook, number in _TCX.items():
            yield Program(hook, name, _queried(index, number))


def _at_namespace() -> Iterator[Program]:
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        for hook, number in _OF_NAMESPACE.items():
            yield Program(hook, "", _queried(own, number))
    finally:
        os.close(own)


def _queried(target: int, hook: int) -> int:
    """How many programs hang at a hook."""
    ids = (ctypes.c_uint32 * _IDS_MAX)()
    attributes = bytearray(_ATTR_BYTES)
    struct.pack_into("=IIIIQI", attributes, 0, target, hook, 0, 0, ctypes.addressof(ids), _IDS_MAX)
    try:
        _bpf(_PROG_QUERY, attributes)
    except OSError as error:
        if error.errno in _ABSENT:
            return 0
        if error.errno == errno.ENOSPC:
            return _IDS_MAX
        raise NotObserved(f"bpf: {error.strerror}. is this run as root?") from error
    count: int = struct.unpack_from("=I", attributes, 24)[0]
    return count


def _at_netfilter() -> Iterator[Program]:
    count, link = 0, 0
    while True:
        attributes = bytearray(_ATTR_BYTES)
        struct.pack_into("=I", attributes, 0, link)
        try:
            _bpf(_LINK_GET_NEXT_ID, attributes)
        except PermissionError:
            break
        except OSError as error:
            if error.errno in _ABSENT:
                break
            raise NotObserved(f"bpf: {error.strerror}. is this run as root?") from error
        link = struct.unpack_from("=I", attributes, 4)[0]
        count += _kind(link) == _NETFILTER_LINK
    yield Program("netfilter", "", count)


def _kind(link: int) -> int:
    """The link's BPF_LINK_TYPE; 0 for one that went away meanwhile."""
    attributes = bytearray(_ATTR_BYTES)
    struct.pack_into("=I", attributes, 0, link)
    try:
        number = _bpf(_LINK_GET_FD_BY_ID, attributes)
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise NotObserved(f"bpf: {error.strerror}. is this run as root?") from error
    try:
        info = (ctypes.c_ubyte * _INFO_BYTES)()
        attributes = bytearray(_ATTR_BYTES)
        struct.pack_into("=IIQ", attributes, 0, number, _INFO_BYTES, ctypes.addressof(info))
        _bpf(_OBJ_GET_INFO_BY_FD, attributes)
        kind: int = struct.unpack_from("=I", bytes(info), 0)[0]
        return kind
    finally:
        os.close(number)


def _bpf(command: int, attributes: bytearray) -> int:
    """bpf(2); `attributes` is read and written. Raises OSError."""
    machine = platform.machine()
    if machine not in _SYSCALL:
        raise NotObserved(f"no system call number is known for {machine}. boxes are x86_64 or aarch64")
    buffer = (ctypes.c_ubyte * len(attributes)).from_buffer(attributes)
    library = ctypes.CDLL(None, use_errno=True)
    result: int = library.syscall(_SYSCALL[machine], command, buffer, len(attributes))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result

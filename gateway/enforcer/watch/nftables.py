"""Transactions of nftables: each ends in one NEWGEN notification that names the process (linux/netfilter/nf_tables.h)."""

import struct
from collections.abc import Callable, Iterator

from gateway.enforcer.change import Change, ChangeKind, Who
from gateway.enforcer.watch.source import Source, subscribe
from gateway.firewall.netlink import NETLINK_NETFILTER, NEWGEN, SUBSYSTEM, attributes, messages

_GROUP = 7  # NFNLGRP_NFTABLES, linux/netfilter/nfnetlink.h
_NEWGEN = SUBSYSTEM << 8 | NEWGEN
_FAMILY_BYTES = 4  # struct nfgenmsg
_GENERATION, _PID, _PROGRAM = 1, 2, 3  # NFTA_GEN_ID, NFTA_GEN_PROC_PID, NFTA_GEN_PROC_NAME


def source(own_port: Callable[[], int]) -> Source:
    """Every transaction but those sent from the socket with the port id `own_port()`. Raises OSError."""
    return subscribe("nftables", NETLINK_NETFILTER, (_GROUP,), lambda datagram: parse(datagram, own_port()))


def parse(datagram: bytes, own_port: int) -> Iterator[Change]:
    """The transactions of others in one datagram. Pure."""
    for kind, _, port, payload in messages(datagram):
        if kind == _NEWGEN and port != own_port:
            told = dict(attributes(payload[_FAMILY_BYTES:]))
            yield Change(ChangeKind.RULES, _who(told), f"ruleset generation {_number(told.get(_GENERATION, b''))}")


def _who(told: dict[int, bytes]) -> Who | None:
    if _PID not in told:
        return None
    program = told.get(_PROGRAM, b"").rstrip(b"\0").decode(errors="replace")
    return Who(_number(told[_PID]), program)


def _number(value: bytes) -> int:
    return int(struct.unpack(">I", value)[0]) if len(value) == 4 else 0

"""The proof's own eyes: the live ruleset and everything beside it, all read between two equal ruleset generations."""

import json
import socket
import struct
from dataclasses import dataclass

from gateway.proof.inventory.asking import NotObserved, said
from gateway.proof.inventory.facts import Facts, judge, read
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Dump, Evidence

__all__ = ["NotObserved", "Observation", "evidence", "observe"]

ATTEMPTS = 5
"""A reading takes about 0.1 s; whoever changes the ruleset more often than every reading is not at rest."""
ANSWER_TIMEOUT_S = 2.0
_NETFILTER = 12  # NETLINK_NETFILTER, linux/netlink.h
_GET_GENERATION = (10 << 8) | 16  # NFNL_SUBSYS_NFTABLES, NFT_MSG_GETGEN; linux/netfilter/nfnetlink.h, nf_tables.h
_REQUEST = 1  # NLM_F_REQUEST
_ERROR = 2  # NLMSG_ERROR
_GENERATION_ID = 1  # NFTA_GEN_ID
_HEADER, _NFGENMSG_BYTES = struct.Struct("=IHHII"), 4


@dataclass(frozen=True, slots=True)
class Observation:
    """What the kernel says, unjudged."""

    dump: Dump
    facts: Facts


def observe(site: Surroundings) -> Observation:
    """Read this network namespace. Raises NotObserved."""
    for _ in range(ATTEMPTS):
        before = generation()
        seen = Observation(_dump(), read(site))
        if generation() == before:
            return seen
    raise NotObserved(
        f"the ruleset changed during each of {ATTEMPTS} readings. find out what changes it, then try again"
    )


def evidence(seen: Observation, site: Surroundings) -> Evidence:
    """What the theorems are proved from. Pure."""
    return Evidence(seen.dump, seen.facts.rules, judge(seen.facts, site), site.carrier)


def generation() -> int:
    """The number of the last change to this namespace's ruleset; anybody's transaction raises it. Raises NotObserved."""
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETFILTER) as kernel:
            kernel.settimeout(ANSWER_TIMEOUT_S)
            body = bytes(_NFGENMSG_BYTES)
            kernel.send(_HEADER.pack(_HEADER.size + len(body), _GET_GENERATION, _REQUEST, 1, 0) + body)
            answer = kernel.recv(4096)
    except OSError as error:
        raise NotObserved(
            f"nftables does not tell its generation: {error.strerror or error}. is this run as root?"
        ) from error
    if _HEADER.unpack_from(answer)[1] == _ERROR:
        raise NotObserved("nftables does not tell its generation. is nf_tables loaded?")
    return _generation_in(answer[_HEADER.size + _NFGENMSG_BYTES :])


def _generation_in(attributes: bytes) -> int:
    while len(attributes) >= 4:
        length, kind = struct.unpack_from("=HH", attributes)
        if kind == _GENERATION_ID:
            number: int = struct.unpack_from(">I", attributes, 4)[0]
            return number
        attributes = attributes[max(length + 3 & ~3, 4) :]
    raise NotObserved("nftables tells no generation. is this kernel 4.1 or newer?")


def _dump() -> Dump:
    try:
        objects = json.loads(said("nft", "-nn", "-j", "list", "ruleset"))["nftables"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotObserved("nft printed no ruleset in JSON. is it the distribution's own, with JSON?") from error
    return tuple(objects)

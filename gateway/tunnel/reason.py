"""Why a tunnel does not come up, or went down, read from charon's own log: over vici alone a wrong key is `failed`. Pure.

The texts are strongSwan's (5.9.8 and 6.0), measured between two charons; docs/tunnel.md has the table.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """What a person can do something about."""

    REFUSED = "refused"
    """The provider does not accept our certificate, key or identity."""
    PROPOSAL = "proposal"
    """The two ends have no algorithm in common."""
    NETWORKS = "networks"
    """The provider agrees to other networks than those declared."""
    UNREACHABLE = "unreachable"
    """Nobody answers."""
    DEAD = "dead"
    """The provider answered once and does so no more."""
    UNTRUSTED = "untrusted"
    """The provider's certificate is by no authority the site knows."""
    EXPIRED = "expired"
    """A certificate of the provider's chain is not valid today."""
    IDENTITY = "identity"
    """Who answers is not whom the site file names."""
    CLOSED = "closed"
    """The provider ended it."""
    KERNEL = "kernel"
    """The kernel does not take what was agreed."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Why:
    """The reason, and charon's own line that says so; never a secret, which charon does not log at this level."""

    reason: Reason
    line: str = ""


# In this order: what is said first explains what is said after it.
_SIGNS = (
    (Reason.EXPIRED, r"(subject|issuer) certificate invalid \(valid from|certificate .* (has )?expired"),
    (
        Reason.IDENTITY,
        r"ID[ir]r? '.*' does not match to|constraint check failed: (peer not authenticated with|identity)",
    ),
    (Reason.UNTRUSTED, r"no issuer certificate found for|no trusted \S+ public key found|signature validation failed"),
    (Reason.REFUSED, r"AUTHENTICATION_FAILED|MAC mismatched|no shared key found|INVALID_ID_INFORMATION"),
    # Version 1 encrypts its third message with the pre-shared key: with another key the rest is noise.
    (Reason.REFUSED, r"message parsing failed|invalid HASH_V1 payload length, decryption failed|could not decrypt"),
    (Reason.PROPOSAL, r"NO_PROPOSAL_CHOSEN|no acceptable proposal found|no matching proposal|INVALID_KE_PAYLOAD"),
    (Reason.NETWORKS, r"TS_UNACCEPTABLE|no acceptable traffic selectors|INTERNAL_ADDRESS_FAILURE"),
    (Reason.KERNEL, r"unable to install|unable to add SAD entry|installing .* failed"),
    (Reason.CLOSED, r"received DELETE for IKE_SA"),
    (Reason.DEAD, r"DPD check timed out"),
    (
        Reason.UNREACHABLE,
        r"giving up after \d+ retransmits|peer not responding|not established after|Network is unreachable",
    ),
)
_COMPILED = tuple((reason, re.compile(pattern)) for reason, pattern in _SIGNS)


def why(lines: Iterable[str], *, was_up: bool = False) -> Why:
    """The reason that charon's `lines` give. `was_up`: a provider that is silent then is dead, not unreachable."""
    said = tuple(lines)
    for reason, pattern in _COMPILED:
        for line in said:
            if pattern.search(line):
                return Why(Reason.DEAD if was_up and reason is Reason.UNREACHABLE else reason, line.strip())
    return Why(Reason.UNKNOWN, said[-1].strip() if said else "")


def tells(line: str) -> bool:
    """Whether a line of the log is worth keeping for `why`."""
    return any(pattern.search(line) for _, pattern in _COMPILED)

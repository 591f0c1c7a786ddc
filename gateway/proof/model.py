"""What a proof is made from and what it says: evidence, findings, witnesses, verdicts. Plain values, no engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.policy.places import Carrier
from gateway.site.values import Family, IpAddress, IpNetwork

Dump = tuple[Mapping[str, Any], ...]
"""The objects of `nft -nn -j list ruleset`, the list under its key `nftables` (libnftables-json(5))."""


class Theorem(StrEnum):
    """What is proved (docs/proof.md). Each is a module of `gateway.proof.theorems`."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"
    T5 = "T5"
    T6 = "T6"
    T7 = "T7"
    T8 = "T8"
    T9 = "T9"
    T10 = "T10"


class Answer(StrEnum):
    """The three things a proof can say."""

    PROVED = "proved"
    DISPROVED = "disproved"
    NOT_PROVABLE = "not-provable"


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """One routing rule (ip-rule(8)) as the kernel has it. Exactly one of `table`, `goto` and `blackhole` says where it leads.

    It matches a packet when every selector it has matches; `mark` and `mark_mask` are compared as `packet & mask == mark`.
    `unmodelled` names selectors and attributes nobody here reads (tos, uidrange, sport, suppress_prefixlength, invert, …):
    such a rule may match or not.
    """

    family: Family
    priority: int
    iif: str = ""
    oif: str = ""
    protocol: int = 0
    mark: int = 0
    mark_mask: int = 0
    source: IpNetwork | None = None
    destination: IpNetwork | None = None
    table: int = 0
    goto: int = 0
    blackhole: bool = False
    """Also true for `prohibit` and `unreachable`: nothing gets through."""
    unmodelled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something outside the nft dump that could forward, or that keeps a theorem from being decided.

    `answer` is DISPROVED when it breaks `theorem`, NOT_PROVABLE when nobody can tell, PROVED when the theorem holds and a
    reader should know. Texts are one line each, no secrets.
    """

    kind: str
    what: str
    why: str
    todo: str
    theorem: Theorem
    answer: Answer


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the kernel of one box says, all of it read between two equal ruleset generations."""

    dump: Dump
    guard: tuple[RoutingRule, ...]
    """Every routing rule of both families, in the kernel's order, foreign ones too."""
    findings: tuple[Finding, ...] = ()
    carrier: Carrier = Carrier.XFRM
    """What the interface of the box's own tunnel is made of, where it has one."""


class Path(StrEnum):
    """The ways a packet can take through the box."""

    FORWARD = "forward"
    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Step:
    """One rule the packet meets and matches, or the policy of a base chain (`handle` 0)."""

    table: str
    chain: str
    handle: int
    rule: str
    """The rule in words: its comment if it has one, otherwise what it matches and does."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A counterexample with every header field the rules can see. Ports, type, code and flags are None where there are none.

    `iif` is empty for a packet of the box itself, `oif` for one that ends at the box. `length` is the IP packet's, in bytes.
    """

    path: Path
    iif: str
    oif: str
    family: Family
    source: IpAddress
    destination: IpAddress
    protocol: int
    sport: int | None
    dport: int | None
    tcp_flags: tuple[str, ...] | None
    icmp_type: int | None
    icmp_code: int | None
    extension: int | None
    """The first IPv6 extension header's number, if the packet has any."""
    hop_limit: int
    length: int
    mark: int
    """The mark it arrives with: 0 but for what a tunnel handed on."""
    ct_state: str
    ct_direction: str | None
    source_routed_back: bool
    """Whether the routes lead back to the source by `iif` (nft: `fib saddr . iif oif`)."""
    destination_type: str
    """What the destination is on `iif` (nft: `fib daddr . iif type`): local, unicast, broadcast, …"""
    assumed: tuple[str, ...] = ()
    """What else has to be so: windows and grants open, matches nobody here can decide, limits with room."""
    decrypted: bool = False
    """Whether it came out of IPsec (nft: `meta ipsec`)."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A packet that breaks a theorem, what the kernel does with it, and the rules it takes, the deciding one last."""

    packet: Packet
    accepted: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one theorem. `reason` is one line and says what to do; empty when it is proved."""

    theorem: Theorem
    answer: Answer
    reason: str = ""
    counterexample: Counterexample | None = None
    notes: tuple[str, ...] = ()
    """What a reader should know although the theorem holds: what is rate-limited, which drops are redundant."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer. Proved only if every theorem is; disproved if any is; otherwise not provable."""

    answer: Answer
    judgements: tuple[Judgement, ...]
    findings: tuple[Finding, ...]
    reason: str
    seconds: float

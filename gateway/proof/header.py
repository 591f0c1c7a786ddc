"""Everything a rule can read of a packet, as bits. The order of the variables is what keeps the diagrams small.

IPv4 addresses stand in the top 32 bits of the 128, so that both families share the variables.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.proof.algebra import Algebra, Assignment, Term, all_of, any_of
from gateway.proof.interfaces import Names

NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED = range(5)
STATES = ("new", "established", "related", "invalid", "untracked")
STATE_BITS = {NEW: 8, ESTABLISHED: 2, RELATED: 4, INVALID: 1, UNTRACKED: 64}
"""NF_CT_STATE_BIT and NF_CT_STATE_UNTRACKED_BIT (linux/netfilter/nf_conntrack_common.h)."""

TCP, UDP, ICMP, ICMP6, ESP = 6, 17, 1, 58, 50
WITH_PORTS = {"tcp": 6, "udp": 17, "dccp": 33, "sctp": 132, "udplite": 136}
"""IANA protocol numbers whose headers begin with the two ports."""
EXTENSIONS = (0, 43, 44, 51, 60, 59, 135, 139)
"""IPv6 extension headers a first next-header field can name (IANA); the kernel walks past them to find the protocol."""

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
FLAG_NAMES = ("fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr")

LOCAL, BROADCAST, MULTICAST = 2, 3, 5
DESTINATION_TYPES = {
    0: "unspec",
    1: "unicast",
    2: "local",
    3: "broadcast",
    4: "anycast",
    5: "multicast",
    6: "blackhole",
    7: "unreachable",
    8: "prohibit",
}
"""RTN_* (linux/rtnetlink.h)."""

Bits = tuple[Term, ...]
"""Most significant bit first."""


@dataclass(frozen=True, slots=True)
class Free:
    """A Boolean nobody can tell from the packet. `calm` is its value when nothing is in the way: limits have room."""

    number: int
    term: Term
    kind: str
    text: str
    calm: bool | None = None


class Header:
    """The variables of one proof and the predicates over them."""

    def __init__(self, algebra: Algebra, names: Names) -> None:
        self.algebra = algebra
        self.names = names
        self._numbers: dict[str, tuple[int, ...]] = {}
        self._free: dict[tuple[str, str], Free] = {}
        self._equal: dict[tuple[str, int, int], Term] = {}
        width = max(1, (len(names.names) - 1).bit_length())
        self.iif = self._bits("iif", width)
        self.oif = self._bits("oif", width)
        (self.family6,) = self._bits("family6", 1)
        self._state = self._bits("state", 3)
        (self.reply,) = self._bits("reply", 1)
        (self.decrypted,) = self._bits("decrypted", 1)
        (self.source_missing,) = self._bits("source missing", 1)
        self.destination_type = self._bits("destination type", 4)
        (self.parsed,) = self._bits("parsed", 1)
        (self.whole,) = self._bits("whole", 1)
        (self.extended,) = self._bits("extended", 1)
        self.first_extension = self._bits("first extension", 3)
        self.protocol = self._bits("protocol", 8)
        self.type = self._bits("type", 8)
        self.code = self._bits("code", 8)
        self.flags = self._bits("flags", 8)
        self.dport = self._bits("dport", 16)
        self.daddr = self._bits("daddr", 128)
        self.saddr = self._bits("saddr", 128)
        self.sport = self._bits("sport", 16)
        self.hop_limit = self._bits("hop limit", 8)
        self.length = self._bits("length", 16)
        self.states = tuple(self.equal(self._state, state, "state") for state in range(len(STATES)))
        self.nexthdr = self._nexthdr()

    def _bits(self, name: str, width: int) -> Bits:
        made = [self.algebra.variable() for _ in range(width)]
        self._numbers[name] = tuple(number for number, _ in made)
        return tuple(term for _, term in made)

    def _nexthdr(self) -> Bits:
        """The IPv6 header's own field: the protocol itself unless an extension header comes first."""
        choices = [self.equal(self.first_extension, at, "first extension") for at in range(len(EXTENSIONS))]
        first = [
            any_of(
                self.algebra, (chosen for chosen, number in zip(choices, EXTENSIONS, strict=True) if number >> bit & 1)
            )
            for bit in reversed(range(8))
        ]
        return tuple(
            self.algebra.choose(self.extended, one, two) for one, two in zip(first, self.protocol, strict=True)
        )

    def free(self, kind: str, text: str, *, calm: bool | None = None) -> Term:
        """The Boolean of this text, made when it is first asked for."""
        found = self._free.get((kind, text))
        if found is None:
            number, term = self.algebra.variable()
            found = self._free[kind, text] = Free(number, term, kind, text, calm)
        return found.term

    @property
    def frees(self) -> tuple[Free, ...]:
        """Every such Boolean made so far."""
        return tuple(self._free.values())

    def calm(self, *but: Free) -> Term:
        """Every limit has room and every route is there, `but` these few, which may be either way."""
        known = [one for one in self._free.values() if one.calm is not None and one not in but]
        return all_of(self.algebra, [one.term if one.calm else ~one.term for one in reversed(known)])

    # --- comparisons -------------------------------------------------------------------------------------------------

    def equal(self, bits: Bits, value: int, name: str = "") -> Term:
        """Whether the bits are this number. `name`, unique for the bits, lets the answer be kept."""
        return self.between(bits, value, value, name)

    def between(self, bits: Bits, first: int, last: int, name: str = "") -> Term:
        """Whether the bits are a number from `first` to `last`."""
        if name and (found := self._equal.get((name, first, last))) is not None:
            return found
        result = self._between(bits, first, last)
        if name:
            self._equal[name, first, last] = result
        return result

    def _between(self, bits: Bits, first: int, last: int) -> Term:
        algebra, width = self.algebra, len(bits)
        if first > last or first >= 1 << width or last < 0:
            return algebra.false
        first, last = max(first, 0), min(last, (1 << width) - 1)
        low = high = algebra.true
        split = (first ^ last).bit_length()
        """Bits above are the same in both bounds."""
        for at in range(split):
            bit = bits[width - 1 - at]
            low = bit & low if first >> at & 1 else bit | low
            high = ~bit | high if last >> at & 1 else ~bit & high
        result = low & high
        for at in range(split, width):
            bit = bits[width - 1 - at]
            result = (bit if first >> at & 1 else ~bit) & result
        return result

    def one_of(self, bits: Bits, values: Iterable[int], name: str = "") -> Term:
        """Whether the bits are one of these numbers."""
        return any_of(self.algebra, [self.equal(bits, value, name) for value in values])

    def on(self, bits: Bits, name: str) -> Term:
        """Whether the interface is the one of this name, or of this wildcard."""
        return self.one_of(bits, self.names.numbers(name))

    # --- well-known predicates ---------------------------------------------------------------------------------------

    def family(self, family: int) -> Term:
        """IPv4 or IPv6."""
        return self.family6 if family == 6 else ~self.family6

    def transport(self, protocol: int) -> Term:
        """The protocol after the IP header and its extensions."""
        return self.parsed & self.equal(self.protocol, protocol, "protocol")

    def flag(self, flag: int) -> Term:
        """Whether a TCP flag is set."""
        return self.flags[7 - (flag.bit_length() - 1)]

    def bare_syn(self) -> Term:
        """SYN without ACK: opens a session, or opens it simultaneously (RFC 9293 §3.5)."""
        return self.flag(SYN) & ~self.flag(ACK)

    def opening(self) -> Term:
        """SYN and neither ACK, RST nor FIN: the one TCP packet that may start a session."""
        return self.bare_syn() & ~self.flag(RST) & ~self.flag(FIN)

    def tracked(self) -> Term:
        """Conntrack has an entry for it, so it has a direction."""
        return self.states[NEW] | self.states[ESTABLISHED] | self.states[RELATED]

    def world(self) -> Term:
        """What is true of every packet, whatever the rules."""
        never_tracked = self.states[INVALID] | self.states[UNTRACKED]
        read_by_conntrack = self.one_of(self.protocol, (TCP, UDP, ICMP, ICMP6), "protocol")
        return all_of(
            self.algebra,
            (
                self.between(self.iif, 0, len(self.names.names) - 1),
                self.between(self.oif, 0, len(self.names.names) - 1),
                self.between(self._state, 0, len(STATES) - 1),
                ~self.reply | self.states[ESTABLISHED] | self.states[RELATED],
                self.family6 | (self.parsed & ~self.extended),
                self.parsed | (self.extended & never_tracked),
                self.whole | never_tracked | ~read_by_conntrack,
                self.between(self.destination_type, 0, max(DESTINATION_TYPES)),
            ),
        )

    # --- reading a model ---------------------------------------------------------------------------------------------

    def value(self, name: str, model: Assignment) -> int:
        """The number a group of variables has in a model; missing ones are zero."""
        result = 0
        for number in self._numbers[name]:
            result = result << 1 | int(model.get(number, False))
        return result

    def assigned(self, name: str, value: int) -> Assignment:
        """The other way: the variables of a group for this number."""
        numbers = self._numbers[name]
        return {number: bool(value >> (len(numbers) - 1 - at) & 1) for at, number in enumerate(numbers)}

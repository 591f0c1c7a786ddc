"""What a field reads at one place of a packet's way: its bits, and whether it can be read at all.

A field that cannot be read ends the rule, whatever it is compared with; that is how nft's dependencies come back that the
dump leaves out (`tcp dport` asks for TCP, `ip saddr` in an inet table for IPv4).
"""

from dataclasses import dataclass, replace

from gateway.proof.algebra import Term
from gateway.proof.header import (
    ESTABLISHED,
    ICMP,
    ICMP6,
    INVALID,
    NEW,
    RELATED,
    STATE_BITS,
    TCP,
    UNTRACKED,
    WITH_PORTS,
    Bits,
    Header,
)

MARK_BITS = 32


@dataclass(frozen=True, slots=True)
class Reading:
    """`kind` says how literals are written: number, address4, address6, name, ethertype or exists.

    `name` is unique for the bits, or empty. Where `sure` is false the comparison may come out either way, but only as it can
    for bits in `instead`.
    """

    name: str
    bits: Bits
    present: Term
    kind: str = "number"
    sure: Term | None = None
    instead: Term | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What a lookup reads, field by field."""

    readings: tuple[Reading, ...]
    names: tuple[str, ...]

    @property
    def kept_as(self) -> tuple[str, ...] | None:
        """What a lookup can be remembered by; None if it may come out differently the next time."""
        names = tuple(reading.name for reading in self.readings)
        return names if all(names) and all(reading.sure is None for reading in self.readings) else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where on its way the packet is.

    Conntrack has not seen it before priority -200 (NF_IP_PRI_CONNTRACK). `translated` says which side of it a translation
    makes other than it is in the middle of the box: `daddr` of answers before their destination is put back,
    `saddr` of questions after their source was replaced; or nothing.
    """

    hook: str
    sees_iif: bool
    sees_oif: bool
    tracked: bool
    translated: str = ""


class Fields:
    """Readings of the known fields. `mark` and `no_track` are what earlier rules did to the packet.

    `own` holds where the destination is one of the box's own IPv4 addresses: that is what a translated answer comes to.
    """

    def __init__(self, header: Header, own: Term) -> None:
        self.header = header
        self._own = own
        self.mark: list[Term] = [header.algebra.false] * MARK_BITS
        self.no_track: Term = header.algebra.false
        self._kept: dict[tuple[str, Place], Reading | None] = {}

    def changed(self) -> None:
        """Forget what depends on conntrack's word: a rule took packets away from it."""
        self._kept.clear()

    def read(self, field: str, place: Place) -> Reading | None:
        """The field at this place; None if nobody here knows it. Bits of the mark are the most significant first."""
        if field == "meta mark":
            return Reading("", tuple(reversed(self.mark)), self.header.algebra.true)
        key = (field, place)
        if key not in self._kept:
            self._kept[key] = self._blurred(self._read(field, place), place)
        return self._kept[key]

    def _blurred(self, found: Reading | None, place: Place) -> Reading | None:
        sides = {"daddr": ("daddr4", "dport"), "saddr": ("saddr4", "sport")}
        if found is None or found.name not in sides.get(place.translated, ()):
            return found
        header = self.header
        moved = header.family(4) & (header.reply if place.translated == "daddr" else ~header.reply)
        instead = self._own if found.name == "daddr4" else None
        return replace(found, sure=~moved if found.sure is None else found.sure & ~moved, instead=instead)

    def _read(self, field: str, place: Place) -> Reading | None:
        header, yes = self.header, self.header.algebra.true
        match field.split(" "):
            case ["meta", "iifname" | "iif"]:
                return Reading(
                    "iif" if place.sees_iif else "", header.iif if place.sees_iif else self._nowhere(), yes, "name"
                )
            case ["meta", "oifname" | "oif"]:
                return Reading(
                    "oif" if place.sees_oif else "", header.oif if place.sees_oif else self._nowhere(), yes, "name"
                )
            case ["meta", "nfproto"]:
                return Reading(field, self._choice(10, 2, 8), yes)
            case ["meta", "protocol"]:
                # nft 1.0.6 prints the EtherType with its bytes swapped on little-endian machines.
                return Reading(field, self._choice(0xDD86, 0x0008, 16), yes, "ethertype")
            case ["meta", "l4proto"]:
                return Reading("protocol", header.protocol, header.parsed)
            case ["meta", "length"]:
                return Reading("length", header.length, yes)
            case ["meta", "ipsec"] if place.sees_iif:
                return Reading("decrypted", (header.decrypted,), yes, "exists")
            case ["ct", key]:
                return self._conntrack(key, place)
        return self._looked_up(field) or self._payload(field)

    def _looked_up(self, field: str) -> Reading | None:
        header, yes = self.header, self.header.algebra.true
        match field.split(" "):
            case ["fib", "saddr,iif", "oif"]:
                return Reading("routed back", (~header.source_missing,), yes, "exists")
            case ["fib", "daddr,iif", "type"]:
                return Reading("destination type", header.destination_type, yes)
        return None

    def _payload(self, field: str) -> Reading | None:
        header = self.header
        four, six = header.family(4), header.family(6)
        match field.split(" "):
            case ["ip", "saddr"]:
                return Reading("saddr4", header.saddr[:32], four, "address4")
            case ["ip", "daddr"]:
                return Reading("daddr4", header.daddr[:32], four, "address4")
            case ["ip6", "saddr"]:
                return Reading("saddr6", header.saddr, six, "address6")
            case ["ip6", "daddr"]:
                return Reading("daddr6", header.daddr, six, "address6")
            case ["ip", "protocol"]:
                return Reading("protocol", header.protocol, four)
            case ["ip", "ttl"]:
                return Reading("hop limit", header.hop_limit, four)
            case ["ip6", "hoplimit"]:
                return Reading("hop limit", header.hop_limit, six)
            case ["ip6", "nexthdr"]:
                return Reading("nexthdr", header.nexthdr, six)
        return self._transport(field)

    def _transport(self, field: str) -> Reading | None:
        header = self.header
        match field.split(" "):
            case [protocol, "sport"] if protocol in WITH_PORTS:
                return Reading("sport", header.sport, header.whole & header.transport(WITH_PORTS[protocol]))
            case [protocol, "dport"] if protocol in WITH_PORTS:
                return Reading("dport", header.dport, header.whole & header.transport(WITH_PORTS[protocol]))
            case ["tcp", "flags"]:
                return Reading("flags", header.flags, header.whole & header.transport(TCP))
            case ["icmp" | "icmpv6" as name, "type" | "code" as part]:
                # The dump does not tell `icmp type` (IPv4 only) from `meta l4proto 1 icmp type` (both families).
                number, family = (ICMP, 4) if name == "icmp" else (ICMP6, 6)
                bits = header.type if part == "type" else header.code
                either = header.free("dependency", f"a rule asks for {field} in both families")
                return Reading(part, bits, header.whole & header.transport(number) & (header.family(family) | either))
            case ["th", "sport" | "dport" as part]:
                # Any protocol's first four bytes; only of some are they ports.
                with_ports = header.one_of(header.protocol, WITH_PORTS.values(), "protocol")
                bits = header.sport if part == "sport" else header.dport
                return Reading(part, bits, header.whole & header.parsed, sure=with_ports)
        return None

    def _conntrack(self, key: str, place: Place) -> Reading | None:
        header, algebra = self.header, self.header.algebra
        if key == "direction":
            present = header.tracked() & ~self.no_track if place.tracked else algebra.false
            return Reading("", (header.reply,), present)
        if key != "state":
            return None
        if not place.tracked:
            # No entry yet, and not told to leave it alone: the kernel answers "invalid".
            states = {INVALID: ~self.no_track, UNTRACKED: self.no_track}
        else:
            states = {state: header.states[state] & ~self.no_track for state in (NEW, ESTABLISHED, RELATED, INVALID)}
            states[UNTRACKED] = header.states[UNTRACKED] | self.no_track
        by_bit = {STATE_BITS[state]: term for state, term in states.items()}
        return Reading("", tuple(by_bit.get(1 << bit, algebra.false) for bit in reversed(range(7))), algebra.true)

    def _nowhere(self) -> Bits:
        return tuple(self.header.algebra.false for _ in self.header.iif)

    def _choice(self, six: int, four: int, width: int) -> Bits:
        header = self.header
        return tuple(
            header.algebra.choose(
                header.family6,
                header.algebra.true if six >> bit & 1 else header.algebra.false,
                header.algebra.true if four >> bit & 1 else header.algebra.false,
            )
            for bit in reversed(range(width))
        )

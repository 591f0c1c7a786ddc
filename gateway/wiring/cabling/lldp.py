"""What a switch says of itself: the Link Layer Discovery Protocol (IEEE 802.1AB-2016, clause 8). Pure; trusts no byte.

Whoever is plugged in writes these frames, so a text is cut short and loses what is not printable: it goes to a terminal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

ETHERTYPE = 0x88CC
TEXT_MAX_CHARS = 60
_END, _CHASSIS, _PORT, _TTL, _PORT_DESCRIPTION, _SYSTEM_NAME = 0, 1, 2, 3, 4, 5  # table 8-1
_ORGANISATION = 127
_PORT_VLAN = b"\x00\x80\xc2\x01"  # IEEE 802.1Q's own: port VLAN ID (802.1Q-2018, D.2.1)
_CHASSIS_MAC, _CHASSIS_ADDRESS = 4, 5  # table 8-2
_PORT_MAC, _PORT_ADDRESS = 3, 4  # table 8-3
_ADDRESS_BYTES = {1: 4, 2: 16}  # IANA address family numbers: IPv4, IPv6
_MAC_BYTES = 6


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Who is at the other end of the cable. `vlan` is the untagged one of its port, if it says so."""

    chassis: str
    port: str
    name: str = ""
    vlan: int | None = None

    def __str__(self) -> str:
        vlan = f", VLAN {self.vlan}" if self.vlan else ""
        return f"{self.name or self.chassis} {self.port}{vlan}"


def read(data: bytes) -> Neighbour | None:
    """The neighbour an LLDPDU speaks of; None if it is malformed or takes its word back (a time to live of 0)."""
    parts = _parts(data)
    if parts is None or [kind for kind, _ in parts[:3]] != [_CHASSIS, _PORT, _TTL]:
        return None
    chassis, port, ttl = (value for _, value in parts[:3])
    # 8.5.2.2, 8.5.3.2, 8.5.4: an identifier has 1 to 255 bytes after its subtype.
    if not (2 <= len(chassis) <= 256 and 2 <= len(port) <= 256 and len(ttl) >= 2) or not int.from_bytes(ttl[:2]):
        return None
    more = parts[3:]
    described = next((_text(value) for kind, value in more if kind == _PORT_DESCRIPTION), "")
    return Neighbour(
        chassis=_identifier(chassis, mac=_CHASSIS_MAC, address=_CHASSIS_ADDRESS),
        # A port known only by its MAC says less than what somebody wrote on it.
        port=described
        if port[0] == _PORT_MAC and described
        else _identifier(port, mac=_PORT_MAC, address=_PORT_ADDRESS),
        name=next((_text(value) for kind, value in more if kind == _SYSTEM_NAME), ""),
        vlan=next((_vlan(value) for kind, value in more if kind == _ORGANISATION and _vlan(value)), None),
    )


def _parts(data: bytes) -> tuple[tuple[int, bytes], ...] | None:
    """Type and value of each TLV up to the end's; None if one is longer than the frame."""
    found = []
    for kind, value in _walk(data):
        if value is None:
            return None
        found.append((kind, value))
    return tuple(found)


def _walk(data: bytes) -> Iterator[tuple[int, bytes | None]]:
    place = 0
    while place + 2 <= len(data):
        header = int.from_bytes(data[place : place + 2])
        kind, length = header >> 9, header & 0x1FF
        place += 2
        if kind == _END:
            return
        value = data[place : place + length]
        place += length
        yield kind, value if len(value) == length else None


def _identifier(value: bytes, *, mac: int, address: int) -> str:
    subtype, rest = value[0], value[1:]
    if subtype == mac and len(rest) == _MAC_BYTES:
        return rest.hex(":")
    if subtype == address and len(rest) - 1 == _ADDRESS_BYTES.get(rest[0]):
        return str(ip_address(rest[1:]))
    return _text(rest)


def _text(value: bytes) -> str:
    decoded = value[: 4 * TEXT_MAX_CHARS].decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "?" for char in decoded)[:TEXT_MAX_CHARS]


def _vlan(value: bytes) -> int | None:
    return int.from_bytes(value[4:6]) or None if len(value) == 6 and value.startswith(_PORT_VLAN) else None

"""A carrier's DHCPv6 server that delegates one prefix, and another as soon as its file says so (RFC 8415).

    python delegating.py PORT PREFIX_FILE

No free server does this to order: change its mind between two renewals and tell the client so (lifetimes of 0).
"""

import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import IPv6Network
from pathlib import Path

SOLICIT, ADVERTISE, REQUEST, RENEW, REBIND, REPLY = 1, 2, 3, 5, 6, 7
CLIENT_ID, SERVER_ID, IA_NA, STATUS, DNS, IA_PD, IA_PREFIX = 1, 2, 3, 13, 23, 25, 26
NO_ADDRESSES = 2
SERVERS, CLIENT_PORT, SERVER_PORT = "ff02::1:2", 546, 547
T1_S, T2_S, PREFERRED_S, VALID_S = 2, 60, 90, 120
DUID_LL = b"\0\x03"  # §11.4
DUID = DUID_LL + b"\0\x01\x02\0\x5e\x10\0\xfe"


def options(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each option, by its code."""
    while len(data) >= 4:
        code, length = struct.unpack_from("!HH", data)
        yield code, data[4 : 4 + length]
        data = data[4 + length :]


def option(code: int, content: bytes) -> bytes:
    """One option."""
    return struct.pack("!HH", code, len(content)) + content


def prefix_option(prefix: IPv6Network, preferred_s: int, valid_s: int) -> bytes:
    """One prefix of an IA_PD (§21.22)."""
    content = struct.pack("!IIB", preferred_s, valid_s, prefix.prefixlen) + prefix.network_address.packed
    return option(IA_PREFIX, content)


def answer(message: bytes, prefix: IPv6Network) -> bytes | None:
    """What the server says to `message`; None where it has nothing to say, as to a client not named by its card."""
    kind = message[0]
    if not dict(options(message[4:])).get(CLIENT_ID, b"").startswith(DUID_LL):
        return None
    if kind not in (SOLICIT, REQUEST, RENEW, REBIND):
        return None
    told = bytes([ADVERTISE if kind == SOLICIT else REPLY]) + message[1:4] + option(SERVER_ID, DUID)
    told += option(DNS, socket.inet_pton(socket.AF_INET6, "2001:db8:c::53"))
    for code, content in options(message[4:]):
        if code == CLIENT_ID:
            told += option(CLIENT_ID, content)
        elif code == IA_NA:
            told += option(IA_NA, content[:12] + option(STATUS, struct.pack("!H", NO_ADDRESSES)))
        elif code == IA_PD:
            held = {inner for within, inner in options(content[12:]) if within == IA_PREFIX}
            gone = {IPv6Network((inner[9:25], inner[8])) for inner in held} - {prefix}
            old = b"".join(prefix_option(one, 0, 0) for one in gone if one.network_address != IPv6Network("::/0")[0])
            times = struct.pack("!II", T1_S, T2_S)
            told += option(IA_PD, content[:4] + times + old + prefix_option(prefix, PREFERRED_S, VALID_S))
    return told


def serve(port: str, prefix_file: Path) -> None:
    """Answer on `port`, for ever. Says `ready` when it listens."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, port.encode())
        listener.bind(("::", SERVER_PORT))
        index = socket.if_nametoindex(port)
        group = socket.inet_pton(socket.AF_INET6, SERVERS) + struct.pack("=I", index)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
        print("ready", flush=True)
        while True:
            message, client = listener.recvfrom(2048)
            said = answer(message, IPv6Network(prefix_file.read_text().strip()))
            if said is not None:
                listener.sendto(said, client)


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))

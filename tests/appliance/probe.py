"""Run inside a namespace: says back what it hears on some TCP ports, or tells which of some targets answer. Standard library only.

A target is `address|port` (a TCP handshake) or `address|echo` (an ICMP or ICMPv6 echo: RFC 792, RFC 4443).
"""

import os
import selectors
import socket
import struct
import sys
import time

PROBE_TIMEOUT_S = 1.0
_ICMP = {  # by family: protocol, echo request, echo reply, and where the reply starts (a raw IPv4 socket shows the header)
    socket.AF_INET: (socket.IPPROTO_ICMP, 8, 0, 20),
    socket.AF_INET6: (socket.IPPROTO_ICMPV6, 128, 129, 0),
}


def listen(ports: list[int]) -> None:
    """Accept and say back what is heard, for ever. Prints a line once every port listens."""
    waiting = selectors.DefaultSelector()
    for port in ports:
        server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
        waiting.register(server, selectors.EVENT_READ)
    print("listening", flush=True)
    while True:
        for key, _ in waiting.select():
            if isinstance(key.fileobj, socket.socket):
                _serve(waiting, key.fileobj)


def _serve(waiting: selectors.BaseSelector, ready: socket.socket) -> None:
    if ready.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        waiting.register(ready.accept()[0], selectors.EVENT_READ)
        return
    try:
        heard = ready.recv(4096)
        ready.sendall(heard)
    except OSError:  # reset: whoever asked has gone
        heard = b""
    if not heard:
        waiting.unregister(ready)
        ready.close()


def reached(targets: list[str]) -> list[str]:
    """Those of `targets` that answered within PROBE_TIMEOUT_S, all asked at once."""
    waiting = selectors.DefaultSelector()
    for target in targets:
        address, _, service = target.partition("|")
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            if service == "echo":
                waiting.register(_echo(family, address), selectors.EVENT_READ, target)
            else:
                waiting.register(_connecting(family, address, int(service)), selectors.EVENT_WRITE, target)
        except OSError:
            continue  # the kernel itself says there is no way: not reached
    answered = []
    deadline = time.monotonic() + PROBE_TIMEOUT_S
    while waiting.get_map() and (left := deadline - time.monotonic()) > 0:
        for key, event in waiting.select(left):
            client = key.fileobj
            if not isinstance(client, socket.socket) or (event & selectors.EVENT_READ and not _is_reply(client)):
                continue
            waiting.unregister(client)
            if client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                answered.append(key.data)
            client.close()
    return answered


def _connecting(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    client = socket.socket(family)
    client.setblocking(False)
    try:
        client.connect((address, port))
    except BlockingIOError:
        return client
    return client


def _echo(family: socket.AddressFamily, address: str) -> socket.socket:
    protocol, request, _, _ = _ICMP[family]
    client = socket.socket(family, socket.SOCK_RAW, protocol)
    client.connect((address, 0))
    identifier = os.getpid() & 0xFFFF
    # RFC 1071: with an empty payload the sum is that of these three words. The kernel writes ICMPv6's own.
    total = (request << 8) + identifier
    checksum = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
    client.send(struct.pack("!BBHHH", request, 0, checksum, identifier, 0))
    return client


def _is_reply(client: socket.socket) -> bool:
    _, _, reply, start = _ICMP[client.family]
    return client.recv(1500)[start] == reply


if __name__ == "__main__":
    if sys.argv[1] == "listen":
        listen([int(port) for port in sys.argv[2:]])
    else:
        print(*reached(sys.argv[2:]), sep="\n")

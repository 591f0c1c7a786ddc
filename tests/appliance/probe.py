"""Run inside a namespace: answers TCP on some ports, or tells which of some addresses answer. Standard library only."""

import selectors
import socket
import sys
import time

PROBE_TIMEOUT_S = 1.0


def listen(ports: list[int]) -> None:
    """Accept and close, for ever. Prints a line once every port listens."""
    waiting = selectors.DefaultSelector()
    for port in ports:
        server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
        waiting.register(server, selectors.EVENT_READ)
    print("listening", flush=True)
    while True:
        for key, _ in waiting.select():
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.accept()[0].close()


def connect(targets: list[str]) -> list[str]:
    """Those of `targets` (`address|port`) that completed a TCP handshake within PROBE_TIMEOUT_S, all asked at once."""
    waiting = selectors.DefaultSelector()
    reached = []
    for target in targets:
        address, _, port = target.partition("|")
        client = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        client.setblocking(False)
        try:
            client.connect((address, int(port)))
        except BlockingIOError:
            waiting.register(client, selectors.EVENT_WRITE, target)
        except OSError:
            client.close()
    deadline = time.monotonic() + PROBE_TIMEOUT_S
    while waiting.get_map() and (left := deadline - time.monotonic()) > 0:
        for key, _ in waiting.select(left):
            waiting.unregister(key.fileobj)
            if isinstance(key.fileobj, socket.socket):
                if key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                    reached.append(key.data)
                key.fileobj.close()
    return reached


if __name__ == "__main__":
    if sys.argv[1] == "listen":
        listen([int(port) for port in sys.argv[2:]])
    else:
        print(*connect(sys.argv[2:]), sep="\n")

"""Run inside a namespace for as long as standard input is open. Standard library only.

`hold ADDRESS PORT` keeps one TCP session talking: prints a line once it stands, and how many times it was answered at the end.
`try ADDRESS PORT …` tries to open sessions without pause: prints a line at the first try, and how many tries and sessions at the end.
"""

import select
import socket
import sys
import time

PAUSE_S = 0.01
ANSWER_TIMEOUT_S = 20.0
"""A session over which nothing comes for so long counts as broken."""
TRY_TIMEOUT_S = 0.05


def hold(address: str, port: int) -> str:
    """Talk until told to stop. Raises OSError when the session breaks."""
    answers, longest = 0, 0.0
    with socket.create_connection((address, port), ANSWER_TIMEOUT_S) as session:
        print("standing", flush=True)
        while not _told_to_stop():
            asked = time.monotonic()
            session.sendall(b"?")
            if not session.recv(1):
                raise ConnectionResetError("the other end closed")
            answers, longest = answers + 1, max(longest, time.monotonic() - asked)
    return f"{answers} {longest:.3f}"


def attempt(address: str, ports: list[int]) -> str:
    """Try until told to stop."""
    tries = opened = 0
    while not _told_to_stop():
        for port in ports:
            tries += 1
            try:
                socket.create_connection((address, port), TRY_TIMEOUT_S).close()
                opened += 1
            except OSError:
                pass
        if tries == len(ports):
            print("trying", flush=True)
    return f"{tries} {opened}"


def _told_to_stop() -> bool:
    return bool(select.select([sys.stdin], [], [], PAUSE_S)[0])


if __name__ == "__main__":
    mode, where, *numbers = sys.argv[1:]
    print(hold(where, int(numbers[0])) if mode == "hold" else attempt(where, [int(number) for number in numbers]))

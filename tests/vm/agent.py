"""Runs on the machine: does what the host asks over a virtio-serial channel, one command a line. Standard library only.

A question is `{"argv": […], "timeout": seconds}`, its answer `{"code": …, "out": …, "err": …}`; 124 is the code of a
command that took too long (timeout(1)). Nothing of it passes a network port: a closed box can still be asked.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

TOO_LONG = 124
CHANNEL_WITHIN_S = 60


def answer(question: dict[str, object]) -> dict[str, object]:
    argv, timeout_s = question["argv"], question["timeout"]
    if not isinstance(argv, list) or not isinstance(timeout_s, int | float):
        return {"code": 2, "out": "", "err": f"not a question: {question}"}
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        return {"code": TOO_LONG, "out": "", "err": f"not within {timeout_s} s"}
    except OSError as error:
        return {"code": 127, "out": "", "err": str(error)}
    return {"code": done.returncode, "out": done.stdout, "err": done.stderr}


def serve(channel: Path) -> None:
    deadline = time.monotonic() + CHANNEL_WITHIN_S
    while not channel.exists():  # udev makes it when it has loaded the driver
        if time.monotonic() > deadline:
            raise TimeoutError(f"{channel} is not there after {CHANNEL_WITHIN_S} s")
        time.sleep(0.05)
    with channel.open("r+b", buffering=0) as line:
        line.write(b'{"hello": true}\n')
        waiting = b""
        while True:
            # A port whose other end is not open reads as empty (virtio_console); the host opens it before it boots us.
            waiting += line.read(65536) or b""
            while b"\n" in waiting:
                question, _, waiting = waiting.partition(b"\n")
                reply = memoryview(json.dumps(answer(json.loads(question))).encode() + b"\n")
                while reply:
                    reply = reply[line.write(reply) :]


if __name__ == "__main__":
    serve(Path(sys.argv[1]))

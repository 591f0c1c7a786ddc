"""Asking the running enforcer. Blocking, for commands."""

import json
import socket
from pathlib import Path
from typing import Any

from gateway.enforcer.errors import EnforcerError
from gateway.enforcer.requests import KINDS, Request

SOCKET = "control"
PATIENCE_S = 120.0
"""An apply takes a second; on a slow box with a long queue before it, longer."""
_ANSWER_MAX_BYTES = 1 << 20


class NotRunning(EnforcerError):
    """No enforcer listens there."""


class NotHeard(EnforcerError):
    """It listens, but turned us away, or ended before it answered."""


def ask(run_dir: Path, request: Request) -> dict[str, Any]:
    """The answer. Raises NotRunning, NotHeard, or the error the enforcer met."""
    path = run_dir / SOCKET
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(PATIENCE_S)
        try:
            line.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise NotRunning(
                f"{path}: no enforcer listens there. start it: systemctl start claim-gateway-enforcer"
            ) from error
        except OSError as error:
            raise NotHeard(
                f"{path}: {error.strerror}. ask as root, or as a member of the group claim-gateway"
            ) from error
        try:
            line.sendall(request.model_dump_json().encode() + b"\n")
            with line.makefile("rb") as reader:
                said = reader.readline(_ANSWER_MAX_BYTES)
        except OSError as error:
            raise NotHeard(f"{path}: {error}. `claim-gateway status` tells what became of it") from error
    if not said.endswith(b"\n"):
        raise NotHeard(
            f"{path}: the enforcer did not answer. ask as root, or as a member of the group claim-gateway, and once more"
        )
    answer: dict[str, Any] = json.loads(said)
    if not answer.pop("ok"):
        raise KINDS[answer["kind"]](answer["error"])
    return answer

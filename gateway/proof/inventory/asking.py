"""Asking the kernel through the ordinary programs (ip, tc, nft, conntrack) and /proc: not the way the wiring writes it."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ANSWER_TIMEOUT_S = 10.0
"""A dump of any of these takes milliseconds; a kernel that does not answer for so long is not answering."""
_PLAIN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
"""The distribution's own programs, untranslated: nothing of the caller's shell may change who answers, or how."""
NET = Path("/proc/thread-self/net")
"""The calling thread's network namespace; /proc/net is the main thread's."""


class NotObserved(Exception):
    """The kernel could not be read. One line, with what to do."""


def said(*words: str) -> str:
    """What a program prints. Raises NotObserved if it is missing, fails, or does not end."""
    try:
        # Names of ports and comments of rules are any bytes.
        done = subprocess.run(
            words,
            capture_output=True,
            check=True,
            timeout=ANSWER_TIMEOUT_S,
            env=_PLAIN,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError as error:
        raise NotObserved(
            f"cannot run {words[0]}: it is not there. install iproute2, nftables and conntrack"
        ) from error
    except OSError as error:
        raise NotObserved(f"cannot run {words[0]}: {error.strerror}. try again") from error
    except subprocess.TimeoutExpired as error:
        raise NotObserved(f"{' '.join(words)} did not end within {ANSWER_TIMEOUT_S:.0f} s. try again") from error
    except subprocess.CalledProcessError as error:
        first = next(iter(error.stderr.strip().splitlines()), f"exit code {error.returncode}")
        raise NotObserved(f"{' '.join(words)}: {first}. is this run as root?") from error
    return done.stdout


def listed(*words: str) -> tuple[Mapping[str, Any], ...]:
    """The objects a program prints as JSON. Raises NotObserved as `said`, and for anything that is no list of objects."""
    text = said(*words)
    try:
        objects = json.loads(text or "[]")
    except ValueError as error:
        raise NotObserved(f"{' '.join(words)} printed no JSON. is the program the distribution's own?") from error
    if not isinstance(objects, list) or not all(isinstance(one, dict) for one in objects):
        raise NotObserved(
            f"{' '.join(words)} printed something else than a list. is the program the distribution's own?"
        )
    return tuple(one for one in objects if one)


def lines(name: str) -> tuple[str, ...]:
    """The lines of a file under /proc/net of this thread's namespace; none where the kernel has no such file."""
    try:
        return tuple((NET / name).read_text().splitlines())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise NotObserved(f"{NET / name}: {error.strerror}. is this run as root?") from error

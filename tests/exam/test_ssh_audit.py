"""ssh-audit of PyPI, at its newest: what it fails, what it warns of."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.relay.sftp_drop.limits import Limits
from tests.exam.conftest import LIMITS, Exam
from tests.relay.sftp_drop.rig import Drop

pytestmark = pytest.mark.exam
QUANTUM = "does not provide protection against post-quantum attacks"


def notes(exam: Exam, port: int) -> dict[str, list[tuple[str, str]]]:
    """What it fails and warns of: (algorithm, why)."""
    audit = str(exam.tools / "python" / "bin" / "ssh-audit")
    said: dict[str, Any] = json.loads(
        exam.run(audit, "--json", "--skip-rate-test", "-p", str(port), "127.0.0.1").stdout
    )
    found: dict[str, list[tuple[str, str]]] = {"fail": [], "warn": []}
    for kind in ("kex", "key", "enc", "mac"):
        assert said[kind]
        for one in said[kind]:
            for level in found:
                found[level] += [(one["algorithm"], why) for why in one.get("notes", {}).get(level, [])]
    return found


def test_post_quantum_only_has_no_fail_and_no_warn(exam: Exam, tmp_path: Path) -> None:
    with Drop(tmp_path, limits=replace(Limits(), failures=LIMITS.failures), post_quantum_only=True) as drop:
        assert notes(exam, drop.port) == {"fail": [], "warn": []}


def test_as_it_comes_it_warns_of_one_key_exchange(exam: Exam) -> None:
    """Expected difference: X25519 alone can be undone by a later quantum computer; rclone, psftp and OpenSSH 9.2 have no other."""
    found = notes(exam, exam.drop.port)

    assert found["fail"] == []
    assert {*found["warn"]} == {("curve25519-sha256", QUANTUM), ("curve25519-sha256@libssh.org", QUANTUM)}

import subprocess
import sys
from dataclasses import replace

from gateway.proof.child import Limits, prove_apart
from gateway.proof.model import Answer
from tests.proof.changes import adding
from tests.proof.recorded import dump_of, evidence_of, site_of

SAMPLE = "ip-vpn-claim"


def test_a_proof_in_a_child_says_what_one_here_would() -> None:
    assert prove_apart(site_of(SAMPLE), evidence_of(SAMPLE)).answer is Answer.PROVED


def test_a_proof_that_takes_too_long_is_stopped_and_refused() -> None:
    verdict = prove_apart(site_of(SAMPLE), evidence_of(SAMPLE), Limits(seconds=0.0))
    assert verdict.answer is Answer.NOT_PROVABLE
    assert "longer than 0 s" in verdict.reason


def test_a_proof_without_memory_is_refused_and_nothing_here_falls() -> None:
    verdict = prove_apart(site_of(SAMPLE), evidence_of(SAMPLE), Limits(memory_bytes=-512 * 2**20))
    assert verdict.answer is Answer.NOT_PROVABLE
    assert "memory" in verdict.reason or "SIG" in verdict.reason


def test_the_engine_reserves_no_more_than_a_box_of_1_gib_has() -> None:
    """Debian's kernel refuses to map what is larger than all memory: with stacks of 1 GiB each, nothing was ever proved."""
    reserved = (
        "from pathlib import Path\n"
        "from gateway.proof.diagram import Diagrams\n"
        "def pages(): return int(Path('/proc/self/statm').read_text().split()[0])\n"
        "before = pages(); kept = Diagrams(); print((pages() - before) * 4096)"
    )
    told = subprocess.run((sys.executable, "-c", reserved), capture_output=True, text=True, check=True, timeout=30)
    assert int(told.stdout) < 512 * 2**20


def test_what_the_evidence_hides_from_python_is_refused_too() -> None:
    odd = adding({"table": None})(dump_of(SAMPLE))
    assert prove_apart(site_of(SAMPLE), replace(evidence_of(SAMPLE), dump=odd)).answer is Answer.NOT_PROVABLE

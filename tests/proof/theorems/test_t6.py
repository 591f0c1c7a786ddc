from pathlib import Path

from gateway.proof.diagram import Diagrams
from gateway.proof.model import Answer, Judgement, Theorem
from gateway.proof.prove import prove
from gateway.site.load import load_site
from gateway.twin.samples import CONFIGS
from tests.proof.recorded import evidence_of

SAMPLE = "ipsec-client-claim-and-qualification"
"""Its terminals ask the box for names, addresses and the time."""
OUTSIDE = 'dns: [192.0.2.53, "2001:db8:5::53"]'


def judged(tmp_path: Path, management: str) -> Judgement:
    """T6 of the sample with other servers; its rules stay, T6 asks the policy what the box may ask of lan."""
    written = (CONFIGS / f"{SAMPLE}.yaml").read_text()
    assert OUTSIDE in written
    path = tmp_path / "site.yaml"
    path.write_text(written.replace(OUTSIDE, management))
    verdict = prove(load_site(path), evidence_of(SAMPLE), Diagrams())
    (found,) = [one for one in verdict.judgements if one.theorem is Theorem.T6]
    return found


def test_names_asked_outside_and_served_to_terminals_are_no_bridge(tmp_path: Path) -> None:
    assert judged(tmp_path, OUTSIDE).answer is Answer.PROVED


def test_names_asked_in_lan_and_served_to_terminals_are_one(tmp_path: Path) -> None:
    found = judged(tmp_path, "dns: [192.168.10.53]")
    assert found.answer is Answer.DISPROVED
    assert "udp 53" in found.reason or "tcp 53" in found.reason
    assert found.counterexample is not None
    assert found.counterexample.packet.dport == 53


def test_the_log_is_not_passed_on(tmp_path: Path) -> None:
    assert judged(tmp_path, f"{OUTSIDE}\n  syslog: [192.168.10.5]").answer is Answer.PROVED

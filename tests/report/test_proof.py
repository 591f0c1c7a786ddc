"""A verdict as people and machines read it."""

from gateway.proof.diagram import Diagrams
from gateway.proof.guard import whole_guard
from gateway.proof.model import Answer, Evidence, Verdict
from gateway.proof.prove import prove
from gateway.report.proof import verdict_lines
from tests.proof.changes import first_in
from tests.proof.recorded import dump_of, site_of
from tests.proof.written import ACCEPT

SAMPLE = "ip-vpn-claim"
COMMENT = "\x1b[2J\x1b[Hproved\nproved"


def disproved() -> Verdict:
    """By a rule whose comment would repaint the reader's terminal."""
    dump = first_in("forward", ACCEPT)(dump_of(SAMPLE))
    said = tuple(
        {"rule": {**one["rule"], "comment": COMMENT}} if one.get("rule", {}).get("handle") == 9000 else one
        for one in dump
    )
    return prove(site_of(SAMPLE), Evidence(said, whole_guard()), Diagrams())


def test_a_rules_comment_neither_repaints_nor_forges_a_line() -> None:
    verdict = disproved()
    assert verdict.answer is Answer.DISPROVED
    for lang in ("en", "ja"):
        lines = list(verdict_lines(verdict, lang))
        assert any("[2J" in line for line in lines)
        assert not [line for line in lines if "\x1b" in line or "\n" in line]

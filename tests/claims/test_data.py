import json

import pytest

from gateway.claims.data import data_of, summary_of
from gateway.claims.reader import read
from tests.claims import synthetic

FILES = (
    synthetic.claim_file(payer="3", trailer="GO,2,101,99", month="x"),
    synthetic.reclaim_file(),
    synthetic.dental_file(),
    synthetic.return_file(),
    b"",
    b"some letter",
)


@pytest.mark.parametrize("content", FILES)
def test_a_summary_comes_back_as_it_was(content: bytes) -> None:
    summary = read([content])

    assert summary_of(json.loads(json.dumps(data_of(summary)))) == summary


def test_findings_of_another_version_are_left_out() -> None:
    data = data_of(read([synthetic.claim_file(end=b"")]))
    data["findings"] += ["truncated", {"rule": "U998", "severity": "hold", "record": 0, "figures": []}]
    del data["prefecture"]

    summary = summary_of(data)

    assert [finding.id for finding in summary.findings] == ["U025"]
    assert summary.prefecture == ""

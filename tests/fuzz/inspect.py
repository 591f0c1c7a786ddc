"""`make fuzz`: coverage-guided inputs for everything that reads bytes out of a file (atheris, libFuzzer).

Each input is read as a claim file and as a result file. No exception may leave but the declared ones, the size of the
pieces must not matter, and nothing that is no number may come out. Options of libFuzzer go through: `-runs=1000000`.
"""

import contextlib
import json
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gateway.claims"]):
    from gateway.claims.data import data_of, summary_of
    from gateway.claims.reader import Expected, read
    from gateway.claims.results import Part, ResultForm, ResultsUnreadable, Says, read_results

from tests.claims import synthetic

MAX_BYTES = 512
EXPECTED = Expected(carry=("*.csv", "*.pdf"))
NAMES = ("", "RECEIPTC.UKE", "RECEIPTH.UKE", "RECEIPTC.SAH", "x_fixf_.csv", "letter.docx")
FORM = ResultForm(
    Says.CONFIRMED,
    ("*.csv",),
    {Part.PAYER: 1, Part.MONTH: 2, Part.COUNT: 3, Part.POINTS: 4, Part.STATE: 5},
)
SEEDS = (
    synthetic.claim_file(synthetic.receipt(1, public=(1, 2))),
    synthetic.dpc_file(),
    synthetic.dental_file(),
    synthetic.pharmacy_file(),
    synthetic.reclaim_file(),
    *synthetic.volumes(),
    synthetic.return_file(),
    synthetic.status_csv(("1", "202111", 1, 2, "確定")),
)


def one_input(data: bytes) -> None:
    """Read one input in every way there is. Raises AssertionError when a promise is broken."""
    name = NAMES[data[0] % len(NAMES)] if data else ""
    content = data[1:]
    summary = read([content], name=name, expected=EXPECTED)
    assert summary.size == len(content)
    half = len(content) // 2
    assert read([content[:half], content[half:]], name=name, expected=EXPECTED) == summary
    told = json.dumps(data_of(summary))
    assert summary_of(json.loads(told)) == summary
    assert told.isascii()
    for finding in summary.findings:
        finding.text("ja")
    with contextlib.suppress(ResultsUnreadable):
        read_results(content, FORM)


def main() -> None:
    """Run libFuzzer over the seeds; it ends the process."""
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS):
            (Path(corpus) / str(number)).write_bytes(b"\1" + seed)
        atheris.Setup([*sys.argv, f"-max_len={MAX_BYTES}", corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

from pathlib import Path

import pytest

from tests.golden.rulesets import GOLDEN, golden, ruleset, samples

RENEW = "if this change of the rules is meant, run `make golden` and commit what `git diff tests/golden` shows"


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: str(sample.stem))
def test_a_samples_ruleset_is_the_one_that_was_read(sample: Path) -> None:
    kept = golden(sample)
    assert kept.is_file(), f"{kept.name} is missing: run `make golden`"
    assert ruleset(sample) == kept.read_text(), RENEW


def test_no_ruleset_is_kept_of_a_sample_that_is_gone() -> None:
    assert {path.stem for path in GOLDEN.glob("*.nft")} == {sample.stem for sample in samples()}, "run `make golden`"

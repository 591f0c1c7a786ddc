"""The ruleset of each sample site, as text beside this file. `python -m tests.golden.rulesets` writes them anew."""

import sys
from pathlib import Path

from gateway.enforcer.transaction import desire
from gateway.site.load import load_site
from gateway.twin.samples import CONFIGS

GOLDEN = Path(__file__).parent


def samples() -> tuple[Path, ...]:
    """The sample site files."""
    return tuple(sorted(CONFIGS.glob("*.yaml")))


def golden(sample: Path) -> Path:
    """Where a sample's ruleset is kept."""
    return GOLDEN / f"{sample.stem}.nft"


def ruleset(sample: Path) -> str:
    """What the compiler makes of a sample now."""
    return desire(load_site(sample)).ruleset


def main() -> int:
    """Write every file, and take away those of samples that are gone."""
    wanted = {golden(sample): ruleset(sample) for sample in samples()}
    for gone in set(GOLDEN.glob("*.nft")) - wanted.keys():
        gone.unlink()
    for path, text in wanted.items():
        path.write_text(text)
    print(f"{len(wanted)} rulesets in {GOLDEN}. read them with git diff before they are committed")
    return 0


if __name__ == "__main__":
    sys.exit(main())

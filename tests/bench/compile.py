"""`python -m tests.bench.compile`: how long a site takes to become a table, and how much that table holds."""

import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from gateway.enforcer.transaction import desire
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.samples import DEMO_SITE
from tests.policy.crowded import crowded

REPEATS = 9


def milliseconds(act: Callable[[], object]) -> float:
    """The median processor time of one call."""
    times = []
    for _ in range(REPEATS):
        start = time.thread_time()
        act()
        times.append(time.thread_time() - start)
    return median(times) * 1000


def compiled(site: Site) -> str:
    """The text nft reads."""
    return desire(site).table.text()


def main() -> int:
    """One line for each step."""
    demo = load_site(DEMO_SITE)
    many = crowded(demo, receipt_pcs=2000, prefixes=500)
    print(f"{'load the demo site':<64}{milliseconds(partial(load_site, DEMO_SITE)):>8.1f} ms")
    for what, site in (("the demo site", demo), ("2,000 receipt PCs and 500 prefixes", many)):
        table = desire(site).table
        rules, elements = sum(len(one.rules) for one in table.chains), sum(len(one.elements) for one in table.sets)
        size = f"{rules} rules, {elements} elements"
        print(f"{f'compile {what}: {size}':<64}{milliseconds(partial(compiled, site)):>8.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())

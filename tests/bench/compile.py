"""`python -m tests.bench.compile`: how long a site file takes to become a table, and how many rules a packet can meet."""

import sys
import time
from collections.abc import Callable
from statistics import median

from gateway.enforcer.transaction import desire
from gateway.site.load import load_site
from gateway.twin.samples import DEMO_SITE
from tests.policy.sites import crowded

REPEATS = 9


def milliseconds(act: Callable[[], object]) -> float:
    """The median processor time of one call."""
    times = []
    for _ in range(REPEATS):
        start = time.thread_time()
        act()
        times.append(time.thread_time() - start)
    return median(times) * 1000


def main() -> int:
    """Print one line per site."""
    demo = load_site(DEMO_SITE)
    many = crowded(demo, receipt_pcs=2000, prefixes=500)
    print(f"{'load, the demo site':<44}{milliseconds(lambda: load_site(DEMO_SITE)):>8.1f} ms")
    for what, site in (("the demo site", demo), ("2,000 receipt PCs and 500 prefixes", many)):
        table = desire(site).table
        took = milliseconds(lambda site=site: desire(site).table.text())
        rules, elements = sum(len(c.rules) for c in table.chains), sum(len(s.elements) for s in table.sets)
        print(f"{f'derive and compile, {what}':<56}{took:>8.1f} ms  {rules} rules, {elements} elements")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.bench.tunnel [--rounds N]`: what our policy costs a tunnel, beside the same charons without it; then how
soon a broken tunnel is back, and that it leaked nothing. Needs root.
"""

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from gateway.policy.model import FAMILIES
from gateway.site.values import Family
from gateway.twin.server import ServerError
from tests.bench.tunnel import recovery
from tests.bench.tunnel.measure import DIRECTIONS, NothingArrivesError, Rate, bulk
from tests.bench.tunnel.site import bench_site
from tests.twin.tunnel import bare, ours
from tests.twin.tunnel.campaign import DeafError, NotRecoveredError, NotStruckError
from tests.twin.tunnel.rig import Line

ROUNDS = 40
MEASURED_S = 0.15
BARE, OURS = "strongSwan alone", "claim-gateway"

Figure = tuple[Family, str]
Round = Mapping[str, Rate]


def run(rounds: int, seconds: float = MEASURED_S) -> dict[Figure, list[Round]]:
    """Both boxes standing at once and measured by turns, `rounds` times over."""
    results: dict[Figure, list[Round]] = defaultdict(list)
    with ExitStack() as stack:
        lines: dict[str, Line] = {}
        for name, connect in ((BARE, bare.connect), (OURS, ours.connect)):
            home = Path(stack.enter_context(TemporaryDirectory(prefix="tunnel-bench-")))
            lines[name] = stack.enter_context(Line(bench_site(), home))
            connect(lines[name])
        names = list(lines)
        for number in range(rounds):
            turn = number % len(names)  # nobody is always first
            for family in FAMILIES:
                for direction in DIRECTIONS:
                    order = (*names[turn:], *names[:turn])
                    measured = {name: bulk(lines[name], family, direction, seconds) for name in order}
                    results[family, direction].append(measured)
    return results


def report(results: Mapping[Figure, Sequence[Round]]) -> Iterator[str]:
    """A line a figure: medians of both, and the median of the rounds' own ratios."""
    yield f"{'one TCP session':<32}{BARE:>20}{OURS:>18}{'ratio':>8}{'per processor time':>22}"
    for (family, direction), rounds in results.items():
        cells = (f"{median(one[name].a_second for one in rounds) * 8 / 1e6:.0f} Mbit/s" for name in (BARE, OURS))
        ratios = (
            median(one[OURS].a_second / one[BARE].a_second for one in rounds),
            median(one[OURS].a_processor_second / one[BARE].a_processor_second for one in rounds),
        )
        wide = "".join(f"{cell:>{width}}" for cell, width in zip(cells, (20, 18), strict=True))
        yield f"IPv{family} {direction:<27}{wide}{ratios[0]:>8.2f}{ratios[1]:>22.2f}"


def main() -> int:
    """Print both reports; 1 if a tunnel carries nothing or does not come back, 4 without root or strongSwan."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.tunnel", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"how often (default {ROUNDS})")
    rounds = parser.parse_args().rounds
    if os.geteuid() != 0:
        print("network namespaces need root. run it as root", file=sys.stderr)
        return 4
    start = time.monotonic()
    try:
        print("\n".join(report(run(rounds))))
        print(f"\nmedians of {rounds} interleaved rounds, {time.monotonic() - start:.0f} s\n")
        for line in recovery.report(recovery.outcomes()):
            print(line, flush=True)
    except (NothingArrivesError, NotRecoveredError, NotStruckError, DeafError) as error:
        print(error, file=sys.stderr)
        return 1
    except (ServerError, FileNotFoundError) as error:
        print(f"{error}. install strongSwan: make packages", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())

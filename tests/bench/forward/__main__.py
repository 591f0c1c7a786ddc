"""`python -m tests.bench.forward [--rounds N]`: what our rules cost beside firewalld's and beside none. Needs root."""

import argparse
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial

from gateway.enforcer.transaction import desire
from gateway.policy.model import FAMILIES
from gateway.twin.namespace import sweep
from tests.bench.forward.measure import DIRECTIONS, NAMES, ORIGINAL, SHARE, Measured, NothingPasses, Passage
from tests.bench.forward.report import Figure, Results, Round, report
from tests.bench.forward.rig import Rig
from tests.bench.forward.site import bench_site
from tests.bench.forward.variants import variants

ROUNDS = 15
MEASURED_S = 0.02
"""Processor time of one measurement of packets: short, so that what disturbs one variant disturbs its neighbours too."""
_SLOWER = 2.5  # connects and bulk need longer for a figure as steady


def figures(seconds: float = MEASURED_S) -> Iterator[tuple[Figure, Callable[[Measured], float]]]:
    """Everything measured in a round, in the order of the report."""
    packets: tuple[tuple[str, Passage], ...] = (("small TCP, lan > claim", SHARE), ("small UDP, claim > wan", NAMES))
    for what, passage in packets:
        for family in FAMILIES:
            for direction in DIRECTIONS:
                yield (
                    Figure(what, "packets", family, direction),
                    partial(Measured.packets, passage=passage, family=family, direction=direction, seconds=seconds),
                )
    for family in FAMILIES:
        yield (
            Figure("TCP, lan > claim", "connects", family, ORIGINAL),
            partial(Measured.connects, family=family, seconds=seconds * _SLOWER),
        )
    for family in FAMILIES:
        for direction in DIRECTIONS:
            yield (
                Figure("bulk TCP, lan > claim", "bytes", family, direction),
                partial(Measured.bulk, family=family, direction=direction, seconds=seconds * _SLOWER),
            )


def run(rounds: int) -> Results:
    """Every variant measured side by side, `rounds` times over."""
    sweep()
    site = bench_site()
    results: dict[Figure, list[Round]] = defaultdict(list)
    with ExitStack() as stack:
        measured = [
            stack.enter_context(closing(Measured(stack.enter_context(Rig(site, variant)))))
            for variant in variants(desire(site))
        ]
        for number in range(rounds):
            turn = number % len(measured)  # nobody is always first
            for figure, measure in figures():
                results[figure].append({one.name: measure(one) for one in (*measured[turn:], *measured[:turn])})
    return results


def main() -> int:
    """Print the report; 1 if a ruleset lets nothing through, 4 without root."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.forward", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"how often (default {ROUNDS})")
    rounds = parser.parse_args().rounds
    if os.geteuid() != 0:
        print("network namespaces need root. run it as root", file=sys.stderr)
        return 4
    start = time.monotonic()
    try:
        results = run(rounds)
    except NothingPasses as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"per second of one processor's time; medians of {rounds} interleaved rounds, {time.monotonic() - start:.0f} s\n"
    )
    print("\n".join(report(results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

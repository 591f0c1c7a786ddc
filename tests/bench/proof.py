"""`python -m tests.bench.proof`, as root: processor time and peak memory of a proof, for every sample and for rulesets far larger.

The larger ones say in a rule each what ours say in the element of a set, so that there is something to walk through.
"""

import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from gateway.enforcer.transaction import desire
from gateway.firewall.table import Table
from gateway.proof.child import prove_apart
from gateway.proof.guard import whole_guard
from gateway.proof.model import Evidence
from gateway.proof.read import loads
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.namespace import Namespace, twin_name
from gateway.twin.samples import DEMO_SITE
from tests.firewall.kernel import run
from tests.golden.rulesets import samples
from tests.policy.crowded import crowded

REPEATS = 3
SIZES = ((5, 1), (230, 65), (950, 260))
"""Receipt PCs and prefixes that make about 100, 1,000 and 4,000 rules."""
_LOOKUP = re.compile(
    r"(?P<one>ip6? [sd]addr) \. (?P<two>ip6? [sd]addr) \. (?P<port>\w+ [sd]port) @(?P<set>\w+) (?P<rest>.*)"
)


def spread(table: Table) -> str:
    """The table's text with a rule for each element of every flow's set."""
    elements = {one.name: one.elements for one in table.sets}

    def rules(text: str) -> Iterator[str]:
        for line in text.splitlines():
            found = _LOOKUP.fullmatch(line.strip())
            for element in elements[found["set"]] if found else ():
                one, two, port = element.split(" . ")
                yield (
                    f"{found['one']} {one} {found['two']} {two} {found['port']} {port} {found['rest']}" if found else ""
                )
            if not found:
                yield line

    return "\n".join(rules(table.text()))


def evidence(where: Namespace, text: str) -> Evidence:
    """What the kernel prints of a ruleset."""
    run(where, text)
    said = where.call(_list)
    run(where, "flush ruleset")
    return Evidence(loads(said), whole_guard())


def _list() -> str:
    return subprocess.run(["nft", "-nn", "-j", "list", "ruleset"], check=True, capture_output=True, text=True).stdout


def measured(what: str, site: Site, seen: Evidence) -> str:
    """One line: rules, the answer, median processor time, and the most memory any proof took so far, inherited pages included."""
    times = []
    for _ in range(REPEATS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        verdict = prove_apart(site, seen)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    rules = sum("rule" in one for one in seen.dump)
    return f"{what:<44}{rules:>7} rules  {verdict.answer:<13}{median(times):>7.2f} s{after.ru_maxrss / 1024:>8.0f} MB"


def main() -> int:
    """The samples, then the sizes, the smallest first: the peak is one of all before."""
    where = Namespace(f"{twin_name()}-bench")
    try:
        for sample in samples():
            site = load_site(sample)
            print(measured(sample.stem, site, evidence(where, desire(site).table.text())), flush=True)
        for pcs, prefixes in SIZES:
            site = crowded(load_site(DEMO_SITE), receipt_pcs=pcs, prefixes=prefixes)
            seen = evidence(where, spread(desire(site).table))
            print(measured(f"{pcs} receipt PCs and {prefixes} prefixes, a rule each", site, seen), flush=True)
    finally:
        where.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What the kernel printed for some samples, kept as files so that most tests need neither root nor a kernel.

`python -m tests.proof.recorded`, as root, writes them anew after a change of the compiler.
"""

import json
import subprocess
import sys
from pathlib import Path

from gateway.enforcer.transaction import desire
from gateway.proof.guard import whole_guard
from gateway.proof.model import Dump, Evidence
from gateway.proof.read import loads
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.namespace import Namespace, twin_name
from gateway.twin.samples import CONFIGS
from tests.firewall.kernel import Entry, run

DUMPS = Path(__file__).parent / "dumps"
NAMES = (
    "after-hours",
    "ip-vpn-claim",
    "ip-vpn-claim-and-qualification",
    "ipsec-client-claim-and-qualification",
    "ipsec-router-claim-and-qualification",
)
RENEW = "if the rules were meant to change, run as root: python -m tests.proof.recorded"


def site_of(name: str) -> Site:
    """A sample's site."""
    return load_site(CONFIGS / f"{name}.yaml")


def dump_of(name: str) -> Dump:
    """What the kernel printed for a sample."""
    return loads((DUMPS / f"{name}.json").read_text())


def evidence_of(name: str) -> Evidence:
    """A sample's dump behind a whole guard."""
    return Evidence(dump_of(name), whole_guard())


def printed(where: Namespace, commands: str) -> tuple[Entry, ...]:
    """What the kernel in `where` prints once it ran `commands`; the ruleset is gone again afterwards."""
    run(where, commands)
    try:
        return listed(where)
    finally:
        run(where, "flush ruleset")


def listed(where: Namespace) -> tuple[Entry, ...]:
    """The whole ruleset as `nft -nn -j list ruleset` prints it."""
    said = where.call(_list)
    return tuple(json.loads(said)["nftables"])


def _list() -> str:
    return subprocess.run(["nft", "-nn", "-j", "list", "ruleset"], check=True, capture_output=True, text=True).stdout


def kernels(where: Namespace, name: str) -> tuple[Entry, ...]:
    """What the kernel prints for a sample as it is compiled now."""
    return printed(where, desire(site_of(name)).table.text())


def main() -> int:
    """Write every dump."""
    where = Namespace(f"{twin_name()}-dumps")
    try:
        for name in NAMES:
            # One object a line, so that a change can be read.
            lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in kernels(where, name))
            (DUMPS / f"{name}.json").write_text(f'{{"nftables": [\n{lines}\n]}}\n')
    finally:
        where.close()
    print(f"{len(NAMES)} dumps in {DUMPS}. read them with git diff before they are committed")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What other packet filters the kernel runs: legacy iptables and arptables tables, and IPVS."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.proof.inventory.asking import lines
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, Theorem

_PROGRAMS = {
    "ip_tables_names": "iptables-legacy",
    "ip6_tables_names": "ip6tables-legacy",
    "arp_tables_names": "arptables",
}
_IPVS_SERVICES = ("TCP", "UDP", "SCTP", "FWM")  # how a line of /proc/net/ip_vs that is no header begins


@dataclass(frozen=True, slots=True)
class Legacy:
    """`tables` are (program, table) pairs; a table is there once somebody has listed or changed it in this namespace."""

    tables: tuple[tuple[str, str], ...] = ()
    virtual_services: tuple[str, ...] = ()


def read() -> Legacy:
    """From /proc/net. Raises NotObserved."""
    return Legacy(
        tuple((program, table) for name, program in _PROGRAMS.items() for table in lines(name)),
        parse_virtual_services(lines("ip_vs")),
    )


def parse_virtual_services(text: Iterable[str]) -> tuple[str, ...]:
    """The services of /proc/net/ip_vs (ipvsadm(8)): three lines of headings, then one line a service or a real server."""
    return tuple(" ".join(line.split()[:2]) for line in text if line.startswith(_IPVS_SERVICES))


def judge(found: Legacy, _site: Surroundings) -> Iterator[Finding]:
    """Their rules are not in the dump: marks, translations and untracking there would be unseen."""
    for program, table in found.tables:
        yield Finding(
            "legacy table",
            f"{program} has the table {table}",
            "its rules can mark, translate, untrack or drop what nftables then sees",
            f"empty it ({program} -t {table} -F), unload its kernel module, and uninstall what uses it",
            Theorem.T4,
            Answer.NOT_PROVABLE,
        )
    for service in found.virtual_services:
        yield Finding(
            "virtual service",
            f"IPVS forwards {service}",
            "it gives packets another destination beside the rules",
            "remove it: ipvsadm --clear",
            Theorem.T9,
            Answer.DISPROVED,
        )

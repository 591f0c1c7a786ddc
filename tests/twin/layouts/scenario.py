"""One layout scenario: a sample rebuilt, everything probed on the open router, the policy applied, everything probed again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from gateway.firewall.nft import Nft
from gateway.firewall.table import FAMILY, TABLE
from gateway.site.load import load_site
from gateway.site.values import Family
from gateway.twin.build import Twin
from gateway.twin.matrix import Row, control, observe
from gateway.twin.samples import CONFIGS

Opening = tuple[str, str, str, Family, str]
"""Origin, target, service, family, destination address."""


def opens(text: str) -> frozenset[Opening]:
    """The sessions of lines such as `claim > wan: tcp 443, udp 53: 203.0.113.1 2001:db8:c::1`."""
    return frozenset(_openings(text))


def _openings(text: str) -> Iterator[Opening]:
    for line in filter(None, map(str.strip, text.splitlines())):
        pair, services, destinations = line.split(": ")
        origin, target = pair.split(" > ")
        for destination in destinations.split():
            for service in services.split(", "):
                yield origin, target, service, ip_address(destination).version, destination


@dataclass(frozen=True, slots=True)
class Scene:
    """A sample under its own policy. `reachable` are the probes that pass the open router."""

    twin: Twin
    reachable: frozenset[int]

    def open(self, opened: frozenset[str] = frozenset()) -> frozenset[Opening]:
        """What may start now, every row of the matrix having come out as the site file declares it.

        `opened` names the timed openings that stand open.
        """
        rows = observe(self.twin, self.reachable, opened)
        assert [row for row in rows if not row.right] == []
        return sessions(rows)

    def opened_from(self, source: str, opened: frozenset[str]) -> frozenset[Opening]:
        """The same for one host alone."""
        rows = observe(self.twin, self.reachable, opened)
        assert [row for row in rows if not row.right] == []
        return sessions(row for row in rows if row.session.source == ip_address(source))

    def passed(self) -> frozenset[Opening]:
        """What may start now, whatever the site file knows of it: learned addresses stand in no file."""
        return sessions(observe(self.twin, self.reachable))

    @contextmanager
    def holding(self, **elements: str) -> Iterator[None]:
        """Put elements into LIVE sets as the enforcer and the resolver would, and take them out again."""
        self._run("".join(f"add element {FAMILY} {TABLE} {name} {{ {held} }}\n" for name, held in elements.items()))
        try:
            yield
        finally:
            self._run("".join(f"flush set {FAMILY} {TABLE} {name}\n" for name in elements))

    def _run(self, commands: str) -> None:
        def act() -> None:
            with Nft() as nft:
                nft.run(commands)

        self.twin.gateway.call(act)


def sessions(rows: Iterator[Row] | tuple[Row, ...]) -> frozenset[Opening]:
    """The observed sessions of `rows`."""
    return frozenset(
        (row.session.origin.value, row.session.target.value, row.service, row.family, str(row.session.destination))
        for row in rows
        if row.observed
    )


@contextmanager
def rehearsed(sample: str) -> Iterator[Scene]:
    """`configs/{sample}.yaml` in a twin, under its policy."""
    with Twin(load_site(CONFIGS / f"{sample}.yaml")) as twin:
        desired = twin.desire()
        twin.open_router(desired.wiring)
        reachable = control(twin)
        twin.apply(desired)
        yield Scene(twin, reachable)

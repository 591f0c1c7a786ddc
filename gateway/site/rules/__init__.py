"""What must fit together in a site file whose every part is well formed: one module for each thing people get wrong."""

from collections.abc import Iterator

from gateway.site.model import Site
from gateway.site.rules import addresses, layout, lines, ports, relay, segments, traffic, tunnel
from gateway.site.rules.finding import Finding

_ROOMS = (layout, ports, segments, addresses, lines, traffic, relay, tunnel)


def findings(site: Site) -> Iterator[Finding]:
    """Everything that does not fit. A pure function of the site."""
    for room in _ROOMS:
        for rule in room.RULES:
            yield from rule(site)


__all__ = ["Finding", "findings"]

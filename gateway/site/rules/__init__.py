"""What must fit together in a site file whose every part is well formed: one module for each thing people get wrong."""

from collections.abc import Iterator

from gateway.site.model import Site
from gateway.site.rules import addresses, layout, lines, ports, providers, relay, segments, share, traffic, tunnel
from gateway.site.rules.finding import Finding

_ROOMS = (layout, ports, segments, addresses, lines, traffic, relay, share, tunnel, providers)


def findings(site: Site) -> Iterator[Finding]:
    """Everything that does not fit. A pure function of the site."""
    doubled = list(layout.roles_once(site))
    yield from doubled
    for room in _ROOMS:
        for rule in room.RULES:
            # Nothing can be said of a role that was meant to be another.
            yield from (found for found in rule(site) if not doubled or ("roles",) not in found.relies_on)


__all__ = ["Finding", "findings"]

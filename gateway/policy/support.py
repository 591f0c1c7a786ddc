"""Which declared parts this version cannot keep true on a box yet. `apply` names them and leaves the box as it is.

Their rules are compiled and rehearsed like all others; what is missing is what must run beside them.
"""

from collections.abc import Iterator

from gateway.site.model import Site

Unsupported = tuple[tuple[str | int, ...], str]
"""The field's path in the site file, and one line: what is not supported there, and what to write instead."""


def unsupported(site: Site) -> tuple[Unsupported, ...]:
    """Everything in `site` that would be silently missing from the box; empty when it can be enforced whole."""
    return tuple(_parts(site))


def _parts(site: Site) -> Iterator[Unsupported]:
    yield from _zones(site)


def _zones(site: Site) -> Iterator[Unsupported]:
    wan = site.zones.wan
    if wan and wan.uplink.pppoe:
        todo = "take it out, or let the router in front dial"
        for way in wan.uplink.ways(6):
            yield ("zones", "wan", "uplink", way), _not_yet("IPv6 beside dial-up by this box", todo)


def _not_yet(what: str, todo: str) -> str:
    return f"{what} is not supported by this version yet. {todo}"

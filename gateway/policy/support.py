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
    if site.pppoe_passthrough:
        yield ("pppoe_passthrough",), _not_yet("pppoe_passthrough", "leave it out")
    yield from _relay(site)


def _zones(site: Site) -> Iterator[Unsupported]:
    for name, segment in (("claim", site.zones.claim), ("qualification", site.zones.qualification)):
        if segment and segment.serve:
            yield ("zones", name, "serve"), _not_yet("a service for the segment", "leave serve: out")
    if site.zones.wan and not site.zones.wan.uplink.static:
        yield ("zones", "wan", "uplink"), _not_yet("this kind of uplink", "use static")


def _relay(site: Site) -> Iterator[Unsupported]:
    if not site.relay:
        return
    if site.relay.drop.smb or site.relay.drop.sftp:
        yield ("relay", "drop"), _not_yet("a drop server", "leave drop: out and use the folders on the box")


def _not_yet(what: str, todo: str) -> str:
    return f"{what} is not supported by this version yet. {todo}"

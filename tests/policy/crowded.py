"""A site far larger than any clinic: what must not grow with a site is seen to stay the same."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from itertools import islice
from typing import Any

from gateway.site.model import Site
from tests.policy.drawn import checked

_LAN = IPv4Network("10.0.0.0/16")
_SYSTEMS = (IPv4Network("198.18.0.0/15"), 25), (IPv6Network("2001:db8:c000::/36"), 48)
"""Where the many prefixes lie, and how long each is."""


def crowded(site: Site, *, receipt_pcs: int, prefixes: int) -> Site:
    """`site` with so many receipt PCs in a wide lan and so many networks of its claim system, none joining another."""
    data = _written(site.model_dump(by_alias=True))
    lan = data["zones"]["lan"]
    lan["addresses"] = [f"{_LAN[1]}/{_LAN.prefixlen}"]
    lan["receipt_pcs"] = [
        {"name": f"PC{number}", "address": str(_LAN[2 * number + 3])} for number in range(receipt_pcs)
    ]
    data["claim_system"]["networks"] = [*islice(_apart(), prefixes)]
    return checked(data)


def _apart() -> Iterator[str]:
    """IPv4 and IPv6 by turns, and never two neighbours."""
    families = (islice(whole.subnets(new_prefix=length), 0, None, 2) for whole, length in _SYSTEMS)
    for pair in zip(*families, strict=False):
        yield from map(str, pair)


def _written(data: Any) -> Any:
    """A dump without what the site file did not write: None stands in no site file."""
    match data:
        case dict():
            return {key: _written(value) for key, value in data.items() if value is not None}
        case list() | tuple():
            return [_written(value) for value in data]
    return data

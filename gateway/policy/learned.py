"""What a host name was learned to stand for, and which of its addresses a terminal may be let to. Pure.

The resolver that asks runs apart from the enforcer and without its rights; this is what passes between the two.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address

from gateway.policy.model import Policy
from gateway.site.layout import Zone
from gateway.site.values import IpAddress

LEARNED_MAX_BYTES = 8192
"""One datagram; the addresses of a DNS answer of 4,096 bytes (RFC 6891 §6.2.5) fit."""
ADDRESSES_MAX = 64
LASTS_LEAST, LASTS_MOST = timedelta(seconds=60), timedelta(days=1)
"""An answer of less is kept this long all the same: the terminal asked a moment earlier. Of more, it is asked again."""


class Unreadable(ValueError):
    """No answer of ours."""


@dataclass(frozen=True, slots=True)
class Learned:
    """One name, its addresses, and for how long they may be believed (the answer's TTL)."""

    name: str
    addresses: tuple[IpAddress, ...]
    lasts: timedelta

    def encoded(self) -> bytes:
        """As it passes from the resolver to the enforcer."""
        seconds = int(self.lasts.total_seconds())
        return json.dumps({"name": self.name, "addresses": list(map(str, self.addresses)), "ttl": seconds}).encode()


def decoded(datagram: bytes) -> Learned:
    """The other way, from a process that is not believed. Raises Unreadable."""
    try:
        match json.loads(datagram):
            case {"name": str(name), "addresses": [*addresses], "ttl": int(seconds)} if len(addresses) <= ADDRESSES_MAX:
                if not all(isinstance(one, str) for one in addresses):
                    raise Unreadable("an address that is no text")
                if any("%" in one for one in addresses):
                    # What follows it is any text at all to Python, and would be read by nft.
                    raise Unreadable("an address with a zone")
                lasts = min(max(timedelta(seconds=seconds), LASTS_LEAST), LASTS_MOST)
                return Learned(name, tuple(map(ip_address, addresses)), lasts)
    except (ValueError, OverflowError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    raise Unreadable("not a name with its addresses and their time")


def may_be_reached(policy: Policy, address: IpAddress, target: Zone) -> bool:
    """Whether a learned address is one out there, on the side the flow goes to.

    Never one inside the site, nor one that means this host or many hosts; what the tunnel protects by the tunnel only, and
    nothing else by it.
    """
    if any(address in network for network in policy.protected) is not (target is Zone.TUNNEL):
        return False
    inside = any(address in network for _, networks in policy.networks for network in networks)
    no_host = address.is_loopback or address.is_multicast or address.is_unspecified or address.is_link_local
    mapped = address.version == 6 and address.ipv4_mapped is not None
    return not (inside or no_host or mapped)

"""One name asked for, in both families, through dnspython."""

from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.rdatatype import AAAA, A, RdataType
from dns.resolver import NXDOMAIN, NoAnswer

from gateway.policy.learned import ADDRESSES_MAX, Learned
from gateway.site.values import IpAddress

ANSWER_TIMEOUT_S = 5.0
"""For one family, over all name servers (RFC 1035 §7.2 suggests 5 to 10 s)."""


class Unanswered(Exception):
    """No address came back. One short reason without the server's own words."""


def servers(addresses: Sequence[IpAddress]) -> Resolver:
    """Asks these name servers; without any, those of /etc/resolv.conf."""
    made = Resolver(configure=not addresses)
    if addresses:
        made.nameservers = list(map(str, addresses))
    made.lifetime = ANSWER_TIMEOUT_S
    return made


async def ask(resolver: Resolver, name: str) -> Learned:
    """The addresses of both families, for as long as the shortest TTL on the way to them says. Raises Unanswered."""
    found: list[IpAddress] = []
    times: list[int] = []
    reasons: list[str] = []
    for kind in (A, AAAA):
        try:
            addresses, seconds = await _of_kind(resolver, name, kind)
        except NoAnswer:
            continue  # it has none of this family
        except NXDOMAIN as error:
            raise Unanswered("there is no such name") from error
        except (DNSException, OSError) as error:
            reasons.append(type(error).__name__)
            continue
        found += addresses
        times.append(seconds)
    if not found:
        raise Unanswered(", ".join(dict.fromkeys(reasons)) or "it has no address")
    return Learned(name, tuple(found[:ADDRESSES_MAX]), timedelta(seconds=min(times)))


async def _of_kind(resolver: Resolver, name: str, kind: RdataType) -> tuple[list[IpAddress], int]:
    answer = await resolver.resolve(name, kind, search=False)
    return sorted(ip_address(one.address) for one in answer), answer.chaining_result.minimum_ttl

"""Reading `ZONE:ADDR` and a service from a command line into a Session, and what is wrong with them in one line."""

from collections.abc import Iterable
from ipaddress import ip_address

from gateway.policy.model import Policy, Protocol, Session
from gateway.policy.places import inside, own, protected
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.values import IpAddress, IpNetwork
from gateway.site.words import shown


class WrongQuestion(Exception):
    """The question cannot be asked of this site: one line, what and what to write instead."""


def asked_session(
    site: Site, policy: Policy, origin: str, target: str, service: tuple[Protocol, str | None]
) -> Session:
    """The session from `origin` to `target`, both `ZONE:ADDR`; the port is text, None for protocols without.

    Raises WrongQuestion for a zone this box has not, an address that is not there, or ends the box does not stand between.
    """
    from_zone, source = _endpoint(site, policy, "--from", origin)
    to_zone, destination = _endpoint(site, policy, "--to", target)
    if from_zone is to_zone:
        raise WrongQuestion(
            f"--from and --to are both in {from_zone}: the box does not stand between them. name two zones"
        )
    if source.version != destination.version:
        raise WrongQuestion(f"--from is IPv{source.version} and --to is IPv{destination.version}. write one family")
    protocol, port = service
    return Session(from_zone, to_zone, source, destination, protocol, None if port is None else _port(protocol, port))


def _port(protocol: Protocol, text: str) -> int:
    port = int(text) if text.isascii() and text.isdecimal() and len(text) <= 5 else 0
    if not 1 <= port <= 65_535:
        raise WrongQuestion(f"--{protocol} {shown(text)} is not a port. write a number from 1 to 65535")
    return port


def _endpoint(site: Site, policy: Policy, option: str, text: str) -> tuple[Zone, IpAddress]:
    name, colon, rest = text.partition(":")
    known = ", ".join(policy.zones)
    if name not in policy.zones:
        raise WrongQuestion(f"{option} {shown(text)}: this box has no zone {shown(name)}. write one of {known}")
    if not colon:
        raise WrongQuestion(f"{option} {shown(text)} has no address. write {name}:ADDRESS")
    zone = Zone(name)
    try:
        address = ip_address(rest.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise WrongQuestion(
            f"{option} {shown(text)}: {shown(rest)} is not an IP address. write {name}:ADDRESS"
        ) from None
    wrong = _not_there(site, policy, zone, address)
    if wrong:
        raise WrongQuestion(f"{option} {zone}:{address}: {wrong}")
    return zone, address


def _not_there(site: Site, policy: Policy, zone: Zone, address: IpAddress) -> str | None:
    """Why no session can have this end, with what to write instead; None if it can."""
    boxes = tuple(network for one in policy.zones for network in own(site, one))
    if zone is Zone.GATEWAY:
        return None if _within(address, boxes) else f"the box has no such address. write one of {_listed(boxes)}"
    # What the line assigns may be any address, which says of none that it is the box's.
    if _within(address, tuple(network for network in boxes if network.prefixlen)):
        return f"this is the box's own address. write gateway:{address}"
    if address.is_multicast or address.is_unspecified or address.is_loopback or address.is_link_local:
        return "no session crosses the box with this address. write a host's address"
    if zone is Zone.TUNNEL:
        behind = protected(site)
        return None if _within(address, behind) else f"not behind the tunnel, which leads to {_listed(behind)}"
    home = next((one for one in policy.zones if _within(address, inside(site, one))), Zone.WAN)
    if home is zone:
        return None
    if home is Zone.WAN:
        return f"outside {zone} {_listed(inside(site, zone))}. write an address in it"
    return f"this address is in {home}. write {home}:{address}"


def _within(address: IpAddress, networks: Iterable[IpNetwork]) -> bool:
    return any(address in network for network in networks)


def _listed(networks: Iterable[IpNetwork]) -> str:
    hosts = (str(one.network_address) if one.prefixlen == one.max_prefixlen else str(one) for one in networks)
    return ", ".join(hosts)

"""The links of a box as rtnetlink(7) tells them, and the VLANs among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyroute2 import IPRoute

from gateway.wiring.model import Vlan

_LINK_UP = 1  # IFF_UP
OURS = "claim-gateway"
"""The alias (ip-link(8)) of the VLANs made here: they are known again when no port of theirs is declared any more."""


@dataclass(frozen=True, slots=True)
class Link:
    """One link. `vlan` where it is one of another link."""

    name: str
    index: int
    is_up: bool
    vlan: Vlan | None = None
    alias: str = ""


def read(ip: IPRoute) -> dict[str, Link]:
    """Every link, by name."""
    return parse(ip.get_links())


def parse(messages: Iterable[Mapping[str, Any]]) -> dict[str, Link]:
    """Links from RTM_NEWLINK messages. Pure."""
    told = [(one, dict(one["attrs"])) for one in messages]
    names = {one["index"]: str(attributes["IFLA_IFNAME"]) for one, attributes in told}
    return {
        names[one["index"]]: Link(
            names[one["index"]],
            one["index"],
            bool(one["flags"] & _LINK_UP),
            _vlan(names, names[one["index"]], attributes),
            str(attributes.get("IFLA_IFALIAS", "")),
        )
        for one, attributes in told
    }


def _vlan(names: Mapping[int, str], name: str, attributes: Mapping[str, Any]) -> Vlan | None:
    information = dict(attributes.get("IFLA_LINKINFO", {"attrs": ()})["attrs"])
    if information.get("IFLA_INFO_KIND") != "vlan":
        return None
    number = dict(information["IFLA_INFO_DATA"]["attrs"])["IFLA_VLAN_ID"]
    return Vlan(name, names.get(attributes.get("IFLA_LINK", 0), ""), number)


def vlans(links: Iterable[Link], wanted: tuple[Vlan, ...]) -> tuple[Vlan, ...]:
    """The VLANs that concern `wanted`: those of its trunks, those with its names, and whatever was made here before."""
    trunks, names = {one.trunk for one in wanted}, {one.name for one in wanted}
    return tuple(
        link.vlan
        for link in links
        if link.vlan is not None and (link.vlan.trunk in trunks or link.name in names or link.alias == OURS)
    )


def missing(links: Mapping[str, Link], needed: Iterable[str], wanted: tuple[Vlan, ...]) -> tuple[str, ...]:
    """Those of `needed` that are not there and cannot be made: a VLAN can, where its trunk is."""
    makeable = {one.name for one in wanted if one.trunk in links}
    return tuple(name for name in needed if name not in links and name not in makeable)


def perform(ip: IPRoute, verb: str, vlan: Vlan) -> None:
    """`add` or `del` one. Raises NetlinkError; without its trunk there is nothing to do but wait for that."""
    if verb == "del":
        ip.link("del", index=ip.link_lookup(ifname=vlan.name)[0])
        return
    trunk = ip.link_lookup(ifname=vlan.trunk)[0]
    ip.link("add", ifname=vlan.name, kind="vlan", link=trunk, vlan_id=vlan.number)
    # The kernel takes no alias with a new link.
    ip.link("set", index=ip.link_lookup(ifname=vlan.name)[0], ifalias=OURS)

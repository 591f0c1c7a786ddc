"""A Policy as firewalld's own configuration (firewalld.zone(5), firewalld.policy(5)): what an administrator would write.

A zone per segment that takes nothing for the box, and a policy object per zone pair with a rich rule per session. Pure.
"""

import hashlib
from collections.abc import Iterator, Mapping
from itertools import product
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gateway.firewall.table import literal
from gateway.policy.model import FAMILIES, Flow, Policy
from gateway.site.layout import Zone


def configuration(policy: Policy, ports: Mapping[Zone, str]) -> dict[str, str]:
    """Its files: name below firewalld's configuration directory → text."""
    zones = {f"zones/{zone}.xml": _text(_zone(zone, port)) for zone, port in ports.items()}
    pairs = dict.fromkeys(
        (flow.origin, flow.target) for flow in policy.flows if Zone.GATEWAY not in (flow.origin, flow.target)
    )
    return zones | {
        f"policies/{origin}-{target}.xml": _text(_pair(origin, target, policy.between(origin, target)))
        for origin, target in pairs
    }


def digest(files: Mapping[str, str]) -> str:
    """SHA-256 over the files, to see whether a captured ruleset was made from them."""
    return hashlib.sha256("\0".join(f"{name}\0{text}" for name, text in sorted(files.items())).encode()).hexdigest()


def _zone(zone: Zone, port: str) -> Element:
    element = Element("zone", target="DROP")
    SubElement(element, "short").text = zone.value
    SubElement(element, "interface", name=port)
    return element


def _pair(origin: Zone, target: Zone, flows: tuple[Flow, ...]) -> Element:
    element = Element("policy", target="DROP")
    SubElement(element, "ingress-zone", name=origin.value)
    SubElement(element, "egress-zone", name=target.value)
    for flow in flows:
        element.extend(_rules(flow))
    return element


def _rules(flow: Flow) -> Iterator[Element]:
    for family in FAMILIES:
        for source, destination, service in product(*flow.in_family(family), flow.services):
            rule = Element("rule", family=f"ipv{family}")
            SubElement(rule, "source", address=literal(source))
            SubElement(rule, "destination", address=literal(destination))
            SubElement(rule, "port", port=str(service.ports), protocol=service.protocol.value)
            SubElement(rule, "accept")
            yield rule


def _text(element: Element) -> str:
    indent(element)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(element, encoding="unicode")}\n'

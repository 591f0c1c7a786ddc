"""A terminal's own dial-up through the box: the only two rules that may take frames past every other, and what they bypass.

PPPoE's frames (RFC 2516) are no IP packets, so no rule of the table sees what is in them. A site declares
`pppoe_passthrough`, and then each report says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.proof.ruleset import Bypass, Elements, Field, Match, Rule, Span, Table
from gateway.site.layout import Zone
from gateway.site.model import Site

DISCOVERY, SESSION = 0x8863, 0x8864  # RFC 2516 §4; EtherTypes (IANA)
_FAMILY = "netdev"
_FRAMES = {DISCOVERY, SESSION}


@dataclass(frozen=True, slots=True)
class Passed:
    """Frames of PPPoE go from one port to another."""

    comes_by: str
    leaves_by: str

    def __str__(self) -> str:
        return (
            f"PPPoE frames ({DISCOVERY:#x}, {SESSION:#x}) pass from {self.comes_by} to {self.leaves_by} beside every rule, as "
            "pppoe_passthrough declares: what a terminal's own dial-up carries is not held by this box (C6)"
        )


def declared_ways(site: Site, ports: Mapping[Zone, str]) -> frozenset[Passed]:
    """Between the terminal's port and the line's, both ways; none unless the site file asks for it."""
    if not site.pppoe_passthrough or Zone.WAN not in ports or Zone.CLAIM not in ports:
        return frozenset()
    inside, line = ports[Zone.CLAIM], ports[Zone.WAN]
    return frozenset({Passed(inside, line), Passed(line, inside)})


def passed_by(table: Table, rule: Rule) -> Passed | None:
    """The way this rule opens, if it is of the one form that can be told from any other; None for everything else.

    The rule names the port itself: nft 1.0.6 leaves the device of a chain out of its JSON.
    """
    if table.family != _FAMILY:
        return None
    match rule.statements:
        case (
            Match(Field("meta iifname"), "==", Span(str(port), str(last))),
            Match(Field("meta protocol"), "==", Elements(elements)),
            Bypass("fwd", to),
        ) if port == last and to and {one.parts for one in elements} == {(Span(kind, kind),) for kind in _FRAMES}:
            return Passed(port, to)
    return None

"""The routing rules as a filter: which packets they let be forwarded, delivered to the box, or sent by it.

The guard is among them: a packet without its mark finds a blackhole before it finds a route.
"""

from collections.abc import Sequence
from ipaddress import ip_network

from gateway.proof.algebra import Term, any_of
from gateway.proof.header import Header
from gateway.proof.live import in_network
from gateway.proof.model import Path, RoutingRule
from gateway.site.values import Family

LOCAL_TABLE = 255  # RT_TABLE_LOCAL, linux/rtnetlink.h
LOOPBACK = "lo"
_NEGATED = "not"
"""As ip-rule(8) prints a rule that matches where its selectors do not."""
_LIMITED_BROADCAST = ip_network("255.255.255.255/32")
_MULTICAST = ip_network("224.0.0.0/4")


class Routing:
    """The rules of both families over packets with a mark."""

    def __init__(self, header: Header, rules: Sequence[RoutingRule]) -> None:
        self._header = header
        self._rules = tuple(rules)

    def lets(self, path: Path, mark: Sequence[Term]) -> Term:
        """The packets that routing lets go this path with these mark bits, the least significant first."""
        header = self._header
        passes = [header.family(family) & self._of_family(family, path, mark) for family in (4, 6)]
        return any_of(header.algebra, passes)

    def unconditional(self) -> Term:
        """What the kernel delivers to the box before it looks at any rule (ip_route_input_rcu)."""
        everyone = in_network(self._header, "daddr", _MULTICAST) | in_network(self._header, "daddr", _LIMITED_BROADCAST)
        return self._header.family(4) & everyone

    def _of_family(self, family: Family, path: Path, mark: Sequence[Term]) -> Term:
        header, none = self._header, self._header.algebra.false
        passes, pending = none, header.algebra.true
        if path is Path.INPUT and family == 4:
            passes = self.unconditional()
        waiting: dict[int, Term] = {}
        rules = sorted((rule for rule in self._rules if rule.family == family), key=lambda rule: rule.priority)
        places = {rule.priority for rule in rules}
        for rule in rules:
            for target in [target for target in waiting if target <= rule.priority]:
                pending = pending | waiting.pop(target)
            matched = pending & self._selects(rule, path, mark)
            if rule.blackhole:
                pending = pending & ~matched
            elif rule.goto > rule.priority and rule.goto in places:  # without its target the kernel passes it over
                waiting[rule.goto] = waiting.get(rule.goto, none) | matched
                pending = pending & ~matched
            elif rule.table:
                found = matched & self._found(rule.table, path)
                passes = passes | found
                pending = pending & ~found
        return passes

    def _selects(self, rule: RoutingRule, path: Path, mark: Sequence[Term]) -> Term:
        header = self._header
        result = header.algebra.true
        if _NEGATED in rule.unmodelled:
            return header.free("route", f"the rule {rule} matches")
        if rule.iif:
            # A packet of the box itself is looked up with the loopback interface (ip_route_output_key_hash).
            own = header.algebra.true if rule.iif == LOOPBACK else header.algebra.false
            result = result & (own if path is Path.OUTPUT else header.on(header.iif, rule.iif))
        if rule.protocol:
            result = result & header.equal(header.protocol, rule.protocol, "protocol")
        for side, network in (("saddr", rule.source), ("daddr", rule.destination)):
            if network is not None:
                result = result & in_network(header, side, network)
        for bit, term in enumerate(mark):
            if rule.mark_mask >> bit & 1:
                result = result & (term if rule.mark >> bit & 1 else ~term)
        if rule.oif or rule.unmodelled:
            result = result & header.free("route", f"the rule {rule} matches")
        return result

    def _found(self, table: int, path: Path) -> Term:
        """Whether a table has a route that leads this way. Only the table `local` delivers to the box."""
        header = self._header
        if path is Path.OUTPUT:
            to_itself: Term = header.on(header.oif, LOOPBACK)
            if table == LOCAL_TABLE:
                return to_itself
            return ~to_itself & header.free("route", f"table {table} has a route", calm=True)
        if (table == LOCAL_TABLE) is (path is Path.INPUT):
            return (
                header.algebra.true
                if path is Path.INPUT
                else header.free("route", f"table {table} has a route", calm=True)
            )
        return (
            header.algebra.false if path is Path.FORWARD else header.free("route", f"table {table} delivers to the box")
        )

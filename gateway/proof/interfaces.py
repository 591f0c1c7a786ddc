"""Interface names as numbers: every name the evidence or the site mentions, one for each wildcard, and one nobody mentions."""

from collections.abc import Iterable, Mapping

from gateway.policy.places import DIALLED_PORT, TUNNEL_PORT, dials, holds_tunnel, part
from gateway.site.layout import Zone
from gateway.site.model import Site

NONE = ""
"""No interface: what `oifname` reads before routing, and `iifname` for the box's own packets. The kernel reads it as empty."""
_NOBODYS = "anyport"


def interfaces(site: Site) -> Mapping[Zone, str]:
    """The interface behind each zone of the site."""
    found = {zone: str(declared.port) for zone in Zone if (declared := part(site, zone)) is not None}
    found |= {Zone.WAN: DIALLED_PORT} if dials(site) else {}
    return found | ({Zone.TUNNEL: TUNNEL_PORT} if holds_tunnel(site) else {})


class Names:
    """A closed world in which an unknown interface is still possible. The number of a name is its place in `names`."""

    def __init__(self, mentioned: Iterable[str]) -> None:
        literal, wild = {NONE, "lo"}, set[str]()
        for name in mentioned:
            if name.endswith("*") and not name.endswith("\\*"):
                wild.add(name[:-1])
            else:
                literal.add(name)
        # `eth*` also has members nobody mentions; a longer wildcard has its own.
        fresh = {self._fresh(stem, literal | wild) for stem in (*wild, _NOBODYS)}
        self.names: tuple[str, ...] = (NONE, *sorted((literal | fresh) - {NONE}))

    @staticmethod
    def _fresh(stem: str, taken: set[str]) -> str:
        for number in range(len(taken) + 1):
            name = f"{stem}{number}"
            if name not in taken and not any(name.startswith(other) for other in taken if len(other) > len(stem)):
                return name
        raise ValueError(f"no name is left that begins with {stem}")

    def numbers(self, name: str) -> tuple[int, ...]:
        """The numbers of the interfaces a name or wildcard in a rule stands for."""
        if name.endswith("*") and not name.endswith("\\*"):
            return tuple(at for at, one in enumerate(self.names) if one and one.startswith(name[:-1]))
        return (self.names.index(name),) if name in self.names else ()

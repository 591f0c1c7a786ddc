"""From a site file in the store to everything it asks of the box; a site that cannot be enforced whole is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.enforcer.desired import Desired, desire, terminal_ports
from gateway.enforcer.errors import Unfit
from gateway.policy.support import unsupported
from gateway.site.errors import SiteFileError
from gateway.site.layout import Zone
from gateway.site.load import load_located
from gateway.wiring.part import ports


@dataclass(frozen=True, slots=True)
class Declared:
    """One site, read. `terminals` are the interfaces the barrier shuts."""

    name: str
    desired: Desired
    ports: Mapping[Zone, str]
    terminals: tuple[str, ...]


def declared(site_file: Path) -> Declared:
    """What the file asks for. Raises Unfit with a line for each mistake."""
    try:
        located = load_located(site_file)
    except SiteFileError as error:
        raise Unfit(str(error)) from error
    missing = unsupported(located.site)
    if missing:
        raise Unfit("\n".join(f"{located.place(field)}: {text}" for field, text in missing))
    site = located.site
    return Declared(site.site.name, desire(site), ports(site), terminal_ports(site))

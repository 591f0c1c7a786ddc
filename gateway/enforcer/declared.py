"""From a site file in the store to everything it asks of the box; a site that cannot be enforced whole is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.enforcer.desired import THIS_BOX, Desired, OwnEnd, desire
from gateway.enforcer.errors import ApplyError, Unfit
from gateway.policy.support import unsupported
from gateway.programs.model import NOTHING
from gateway.site.errors import SiteFileError
from gateway.site.layout import Zone
from gateway.site.load import load_located
from gateway.wiring.part import WiringError, ports
from gateway.wiring.ports import located as on_this_box

_NOBODY_RUNS_THEM = (
    "this site needs programs beside the rules (serve:, or an uplink the line decides on), and only the enforcer that "
    "systemd runs keeps them. start it: systemctl start claim-gateway-enforcer; nothing was changed"
)


@dataclass(frozen=True, slots=True)
class Declared:
    """One site, read."""

    name: str
    desired: Desired
    ports: Mapping[Zone, str]


def declared(site_file: Path, own_end: OwnEnd = THIS_BOX) -> Declared:
    """What the file asks of this box, whose cards it may name by their addresses.

    Raises Unfit with a line for each mistake, and ApplyError for a card that is not there: it may still come.
    """
    try:
        located = load_located(site_file)
    except SiteFileError as error:
        raise Unfit(str(error)) from error
    missing = unsupported(located.site)
    if missing:
        raise Unfit("\n".join(f"{located.place(field)}: {text}" for field, text in missing))
    try:
        site = on_this_box(located.site)
    except WiringError as error:
        raise ApplyError(f"{error}; nothing was changed") from error
    wanted = desire(site, own_end=own_end)
    if wanted.programs != NOTHING and own_end.runs is None:
        raise ApplyError(_NOBODY_RUNS_THEM)
    return Declared(site.site.name, wanted, ports(site))

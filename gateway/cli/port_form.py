"""A network port as people write it on one line: eth1, eth1.20 for a VLAN, or a MAC address."""

import re
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from gateway.site.values import InterfaceName, MacAddress

_VLAN = re.compile(r"(.+)\.([0-9]{1,4})")
_VLAN_MAX = 4094  # IEEE 802.1Q


@dataclass(frozen=True, slots=True)
class PortForm:
    """One of `name` and `mac`; `vlan` beside either."""

    name: str | None
    mac: str | None
    vlan: int | None


def read_port(text: str) -> PortForm:
    """The port meant by `text`. Raises ValueError in one line that says what to write."""
    tagged = _VLAN.fullmatch(text)
    base, vlan = (tagged[1], int(tagged[2])) if tagged else (text, None)
    if vlan is not None and not 1 <= vlan <= _VLAN_MAX:
        raise ValueError(f"VLAN {vlan} is out of range. write 1 to {_VLAN_MAX}")
    is_mac = ":" in base
    try:
        checked: str = TypeAdapter(MacAddress if is_mac else InterfaceName).validate_python(base)
    except ValidationError as error:
        raise ValueError(error.errors(include_url=False)[0]["msg"]) from None
    return PortForm(None if is_mac else checked, checked if is_mac else None, vlan)

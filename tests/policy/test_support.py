from typing import Any

import pytest

from gateway.policy.support import unsupported
from gateway.site.model import Site

VLAN = {"port": "eth1", "vlan": 10}


def test_the_sample_site_is_supported_whole(site: Site) -> None:
    assert unsupported(site) == ()


@pytest.mark.parametrize(
    ("field", "change"),
    [
        (("layout",), {"layout": "ip-vpn/combined"}),
        (("roles",), {"roles": ["a"]}),
        (("lan_internet",), {"lan_internet": True}),
        (("pppoe_passthrough",), {"pppoe_passthrough": True}),
        (("access",), {"access": {"hours": "18:30-21:00"}}),
        (
            ("updates",),
            {"updates": [{"name": "w", "networks": ["192.0.2.0/24"], "services": [{"tcp": 443}], "via": "wan"}]},
        ),
        (
            ("grants",),
            {"grants": {"g": {"to": "gateway", "from": ["192.168.10.9"], "services": [{"tcp": 22}], "at_most": "2h"}}},
        ),
        (("zones", "lan", "port"), {"zones": {"lan": {"port": VLAN}}}),
        (("zones", "claim", "serve"), {"zones": {"claim": {"serve": ["dhcp"]}}}),
        (("zones", "wan", "uplink"), {"zones": {"wan": {"uplink": {"dhcp": {}}}}}),
        (("relay", "drop"), {"relay": {"drop": {"smb": True}}}),
        (("relay", "antivirus"), {"relay": {"antivirus": {"clamd": "/run/clamd"}}}),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_enforced_is_named(site: Site, field: tuple[str, ...], change: dict[str, Any]) -> None:
    changed = Site.model_validate(_merge(site.model_dump(by_alias=True), change))
    found = unsupported(changed)
    assert [path for path, _ in found] == [field]
    assert all("not supported by this version yet. " in text for _, text in found)


def _merge(data: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    merged = dict(data)
    for key, value in change.items():
        nested = isinstance(value, dict) and isinstance(data.get(key), dict) and key not in ("port", "uplink")
        merged[key] = _merge(data[key], value) if nested else value
    return merged

from pathlib import Path
from typing import Any

import pytest

from gateway.policy.support import unsupported
from gateway.site.layout import Layout, Role
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.samples import CONFIGS
from tests.policy.sites import ROLES, site_of

SAMPLES = sorted(CONFIGS.glob("*.yaml"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_is_supported_whole(path: Path) -> None:
    assert unsupported(load_site(path)) == ()


@pytest.mark.parametrize("roles", ROLES, ids="+".join)
@pytest.mark.parametrize("layout", Layout)
def test_a_plain_site_of_each_layout_is_supported_whole(layout: Layout, roles: tuple[Role, ...]) -> None:
    assert unsupported(site_of(layout, roles)) == ()


@pytest.mark.parametrize(
    ("field", "change"),
    [
        (
            ("zones", "wan", "uplink", "ra"),
            {"zones": {"wan": {"uplink": {"pppoe": {"user": "x", "password_file": "y"}, "ra": {}}}}},
        ),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_enforced_is_named(site: Site, field: tuple[str | int, ...], change: dict[str, Any]) -> None:
    changed = Site.model_validate(_merge(site.model_dump(by_alias=True), change))
    found = unsupported(changed)
    assert [path for path, _ in found] == [field]
    assert all("not supported by this version yet. " in text for _, text in found)


def test_dial_up_by_the_box_is_supported(site: Site) -> None:
    change = {"zones": {"wan": {"uplink": {"pppoe": {"user": "x", "password_file": "y"}}}}}
    assert unsupported(Site.model_validate(_merge(site.model_dump(by_alias=True), change))) == ()


def test_a_terminals_own_dial_up_is_supported(site: Site) -> None:
    assert unsupported(site.model_copy(update={"pppoe_passthrough": True})) == ()


def test_a_drop_is_supported_by_either_door(site: Site) -> None:
    drop = {"smb": True, "sftp": {}}
    changed = Site.model_validate(_merge(site.model_dump(by_alias=True), {"relay": {"drop": drop}}))
    assert unsupported(changed) == ()


def _merge(data: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    merged = dict(data)
    for key, value in change.items():
        nested = isinstance(value, dict) and isinstance(data.get(key), dict) and key not in ("port", "uplink")
        merged[key] = _merge(data[key], value) if nested else value
    return merged

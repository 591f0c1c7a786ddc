"""Samba's configuration as it is made, against golden files. Renew with `python -m tests.relay.windows_share.test_configuration`."""

import re
from pathlib import Path

import pytest

from gateway.relay.places import PEOPLE, Places
from gateway.relay.windows_share.configuration import configuration
from gateway.relay.windows_share.declared import declared
from gateway.relay.windows_share.place import SharePlace
from gateway.relay.windows_share.samba_tools import require_right
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.parse import parse
from gateway.site.tree import plain
from tests.relay.windows_share.scene import DROP, site_text

GOLDEN = Path(__file__).parent / "golden"
STATE = Path("/var/lib/claim-gateway")
PLACE = SharePlace(
    Path("/var/lib/claim-gateway-share"),
    Path("/run/claim-gateway-share"),
    Places(STATE).root / PEOPLE,
    STATE / "approvals",
)
ONE = """\
drop: {smb: true, people: [{name: 事務室, account: jimu, smb_password_file: credentials/people/jimu}]}
"""
SITES = {"two-people": DROP, "one-person-who-releases-nothing": ONE}


def made(name: str, place: SharePlace = PLACE, *, writable: bool = True) -> str:
    tree, _ = parse(site_text(SITES[name]))
    site = Site.model_validate(plain(tree) if tree else {})
    one = declared(site)
    return configuration(one.drop, one.lan, place, "claim-gateway-relay", writable=writable)


@pytest.mark.parametrize("name", SITES)
def test_the_configuration_is_the_golden_one(name: str) -> None:
    assert made(name) == (GOLDEN / f"{name}.conf").read_text()


@pytest.mark.parametrize("name", SITES)
def test_samba_takes_every_parameter(name: str, tmp_path: Path) -> None:
    place = SharePlace(tmp_path / "s", tmp_path / "r", tmp_path / "p", tmp_path / "a")
    for folder in place.folders.values():
        folder.mkdir(parents=True)
    place.configuration.write_text(made(name, place))

    require_right(place.configuration)


@pytest.mark.parametrize(
    "line",
    [
        "server min protocol = SMB3_00", "server smb encrypt = required", "server signing = mandatory", "map to guest = never",
        "smb ports = 445", "bind interfaces only = yes", "disable netbios = yes", "hosts deny = ALL",
        "rpc start on demand helpers = no", "load printers = no", "wins support = no",
    ],
)  # fmt: skip
def test_what_protects_is_said_once_and_outright(line: str) -> None:
    assert made("two-people").splitlines().count(f"  {line}") == 1


@pytest.mark.parametrize("line", ["follow symlinks = no", "oplocks = no", "durable handles = no", "strict sync = yes"])
def test_what_protects_files_is_said_of_every_share(line: str) -> None:
    text = made("two-people")

    assert text.splitlines().count(f"  {line}") == text.count("\n[") - 1


def test_without_room_no_share_can_be_written_to() -> None:
    assert re.findall("read only = (.+)", made("two-people", writable=False)) == ["yes", "yes"]


def test_it_names_nothing_outside_its_own_folders_and_the_peoples() -> None:
    paths = re.findall(r"= (?:tdbsam:)?(/\S*)", made("two-people"))

    assert all(
        path.startswith(("/var/lib/claim-gateway", "/run/claim-gateway-share", "/dev/null", "/desktop.ini"))
        for path in paths
    )


def test_the_sample_that_has_a_share_makes_one(repository: Path) -> None:
    one = declared(load_site(repository / "configs" / "ipsec-router-claim.yaml"))

    assert f"[{PEOPLE}]" in configuration(one.drop, one.lan, PLACE, "claim-gateway-relay")


if __name__ == "__main__":
    for each in SITES:
        (GOLDEN / f"{each}.conf").write_text(made(each))

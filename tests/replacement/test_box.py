import os
from pathlib import Path

import pytest

from gateway.relay.places import Places
from gateway.replacement.box import declared_files
from gateway.replacement.errors import Refused
from tests.replacement.boxes import box, empty_box


def test_the_site_file_what_lies_beside_it_and_the_host_keys(tmp_path: Path) -> None:
    found = {item.name: item.mode for item in declared_files(box(tmp_path / "box").places)}

    drop = {f"relay/sftp-host-keys/{name}" for name in ("ed25519", "ed25519.pub", "rsa", "rsa.pub")}
    assert found.keys() == {"site/site.yaml", "site/credentials/terminal", "ssh/ssh_host_ed25519_key"} | drop
    assert found["site/credentials/terminal"] == 0o600


@pytest.mark.parametrize("odd", ["link", "hidden", "pipe"])
def test_what_is_no_plain_file_is_named_and_not_guessed_at(tmp_path: Path, odd: str) -> None:
    places = empty_box(tmp_path / "box")
    etc = places.site_file.parent
    match odd:
        case "link":
            (etc / "credentials").symlink_to(places.ssh)
        case "hidden":
            (etc / ".site.yaml.swp").write_text("")
        case _:
            os.mkfifo(etc / "pipe")
    with pytest.raises(Refused, match="an export holds plain files only"):
        list(declared_files(places))


def test_a_relay_somebody_broke_into_has_root_read_no_other_folder(tmp_path: Path) -> None:
    places = box(tmp_path / "box").places
    keys = Places(places.relay).root / "sftp-host-keys"
    keys.rename(tmp_path / "aside")
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "secret").write_text("root's")
    keys.symlink_to(tmp_path / "roots")

    with pytest.raises(Refused, match="a link"):
        list(declared_files(places))


def test_each_file_belongs_where_its_name_says(tmp_path: Path) -> None:
    places = empty_box(tmp_path / "box")
    assert places.place_of("site/credentials/terminal") == places.site_file.parent / "credentials" / "terminal"
    assert places.place_of("relay/ledger.sqlite3") == Places(places.relay).ledger

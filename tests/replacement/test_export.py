import resource
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.enforcer.confirmation import Trial
from gateway.enforcer.store import Store
from gateway.relay.ledger import Ledger
from gateway.relay.places import Places
from gateway.replacement.bundle import unpack
from gateway.replacement.errors import Refused, WrongInput
from gateway.replacement.export import export
from gateway.twin.samples import CONFIGS
from tests.replacement.boxes import CHEAP, CLAIM, NOW, ON_ITS_WAY, PASSWORD, Box, box, empty_box, everything


@pytest.fixture
def old(tmp_path: Path) -> Box:
    return box(tmp_path / "old")


def test_everything_that_makes_the_box_is_in_it_and_no_patient(old: Box, tmp_path: Path) -> None:
    before = everything(tmp_path / "old")

    done = export(old.places, tmp_path / "out.export", PASSWORD, NOW, cost=CHEAP)

    with done.file.open("rb") as file:
        manifest, items = unpack(file, PASSWORD, tmp_path / "into")
    tops = {item.name.rsplit("/", 1)[0] for item in items}
    assert tops == {"site", "site/credentials", "ssh", "enforcer", "enforcer/sites", "relay", "relay/sftp-host-keys"}
    with Ledger.read(Places(old.places.relay).ledger) as ledger:
        assert manifest.head == str(ledger.head())
    assert (manifest.site, manifest.at) == ("若葉クリニック", NOW)
    for content in (CLAIM, ON_ITS_WAY):
        assert not any(content in item.path.read_bytes() for item in items)
    assert done.file.stat().st_mode & 0o777 == 0o600
    assert {name: text for name, text in everything(tmp_path / "old").items() if "sqlite3-" not in name} == {
        name: text for name, text in before.items() if "sqlite3-" not in name
    }


def test_a_site_on_trial_does_not_travel(old: Box, tmp_path: Path) -> None:
    store = Store(old.places.enforcer)
    standing = store.standing()
    store.write(replace(standing, trial=Trial(standing.confirmed[0], 1.0, "boot")))

    done = export(old.places, tmp_path / "out", PASSWORD, NOW, cost=CHEAP)

    with done.file.open("rb") as file:
        unpack(file, PASSWORD, tmp_path / "into")
    assert Store(tmp_path / "into" / "enforcer").standing() == standing


def test_a_box_without_a_relay_has_no_ledger_to_give(tmp_path: Path) -> None:
    places = empty_box(tmp_path / "box")
    places.site_file.write_bytes((CONFIGS / "ip-vpn-claim.yaml").read_bytes())
    assert export(places, tmp_path / "out", PASSWORD, NOW, cost=CHEAP).manifest.head == ""


def test_nothing_is_written_over_and_nothing_left_half_made(old: Box, tmp_path: Path) -> None:
    out = tmp_path / "medium" / "out"
    out.parent.mkdir()
    out.write_text("another")
    with pytest.raises(WrongInput, match="it exists"):
        export(old.places, out, PASSWORD, NOW, cost=CHEAP)
    out.unlink()
    old.places.site_file.write_text("site: {}\n")
    with pytest.raises(WrongInput, match=r"site\.yaml:1"):
        export(old.places, out, PASSWORD, NOW, cost=CHEAP)
    assert not [*out.parent.iterdir()]
    assert not [*old.places.enforcer.glob(".export-*")]


def test_a_medium_that_is_not_there_or_is_full_is_one_line(old: Box, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is there room"):
        export(old.places, tmp_path / "not" / "mounted", PASSWORD, NOW, cost=CHEAP)


def test_a_medium_that_fills_up_keeps_nothing(old: Box, tmp_path: Path) -> None:
    size = export(old.places, tmp_path / "whole", PASSWORD, NOW, cost=CHEAP).file.stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1, before[1]))
    try:
        with pytest.raises(Refused, match="File too large"):
            export(old.places, tmp_path / "out", PASSWORD, NOW, cost=CHEAP)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not [*tmp_path.glob("out*")]


def test_an_export_that_broke_off_is_not_taken_for_one(old: Box, tmp_path: Path) -> None:
    (tmp_path / "out.part").write_text("half")
    with pytest.raises(WrongInput, match="broke off"):
        export(old.places, tmp_path / "out", PASSWORD, NOW, cost=CHEAP)
    assert (tmp_path / "out.part").read_text() == "half"

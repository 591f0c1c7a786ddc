import os
from pathlib import Path

import pytest

from gateway.enforcer.lock import alone as enforcer_alone
from gateway.enforcer.store import Store
from gateway.relay.alone import alone as relay_alone
from gateway.relay.ledger import Ledger
from gateway.relay.places import Places
from gateway.relay.sftp_drop.host_keys import fingerprints, host_keys
from gateway.relay.verify import verify
from gateway.replacement import restore as module
from gateway.replacement.box import BoxPlaces
from gateway.replacement.bundle import STANDING, Item
from gateway.replacement.errors import Refused, WrongInput
from gateway.replacement.export import export
from gateway.replacement.restore import restore
from tests.claims.synthetic import claim_file, receipt
from tests.relay.rig import Rig
from tests.replacement.boxes import CHEAP, NOW, PASSWORD, Box, box, empty_box, everything


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Box:
    return box(tmp_path_factory.mktemp("boxes") / "old")


@pytest.fixture(scope="module")
def exported(old: Box, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(old.places, tmp_path_factory.mktemp("medium") / "out", PASSWORD, NOW, cost=CHEAP).file


@pytest.fixture
def spare(tmp_path: Path) -> BoxPlaces:
    return empty_box(tmp_path / "spare")


def test_the_spare_box_has_everything_and_goes_on_counting(
    old: Box, exported: Path, spare: BoxPlaces, tmp_path: Path
) -> None:
    done = restore(spare, exported, PASSWORD, NOW)

    assert Store(spare.enforcer).standing() == Store(old.places.enforcer).standing()
    assert spare.site_file.read_bytes() == old.places.site_file.read_bytes()
    assert spare.site_file.stat().st_mode == old.places.site_file.stat().st_mode
    secret = spare.site_file.parent / "credentials" / "terminal"
    assert (secret.read_text(), secret.stat().st_mode & 0o777) == ("a secret\n", 0o600)
    assert (spare.ssh / "ssh_host_ed25519_key").read_text() == "key of old"
    drop = Places(spare.relay).root
    assert fingerprints(drop) == fingerprints(old.relay.places.root) != ()
    assert len(host_keys(drop)) == 2  # the relay takes them for its own
    assert (spare.ssh / "sshd_config").read_text() == "of the distribution"
    assert len(done.left_behind) == 1
    assert not [*(tmp_path / "spare").rglob(".*")]
    assert not (spare.enforcer / "restore-began").exists()

    new = Rig(tmp_path / "spare")
    new.share = old.relay.share
    new.drop("RECEIPTC.UKE", claim_file(receipt(1, points=200), trailer="GO,1,200,99"))
    new.carry()
    assert any("/02回目_" in name for name in new.delivered())
    assert verify(new.places).sound
    with new.ledger() as ledger, Ledger.read(old.relay.places.ledger) as before:
        head = before.head()
        assert ledger.links()[head.sequence - 1].hash == head.hash


def test_a_wrong_password_a_damaged_file_and_another_file_change_nothing(
    exported: Path, spare: BoxPlaces, tmp_path: Path
) -> None:
    before = everything(tmp_path / "spare")
    damaged = tmp_path / "damaged"
    content = bytearray(exported.read_bytes())
    content[-20] ^= 1
    damaged.write_bytes(content)
    for source, password, told in (
        (exported, "another password", "the password does not open it"),
        (damaged, PASSWORD, "damaged or cut short"),
        (Path(__file__), PASSWORD, "no export of a claim gateway"),
    ):
        with pytest.raises(WrongInput, match=told):
            restore(spare, source, password, NOW)
        assert everything(tmp_path / "spare") == before
    with pytest.raises(Refused, match="No such file"):
        restore(spare, tmp_path / "gone", PASSWORD, NOW)


def test_a_box_in_use_is_left_alone(old: Box, exported: Path, spare: BoxPlaces, tmp_path: Path) -> None:
    before = everything(old.places.enforcer)
    with pytest.raises(Refused, match="a site of its own"):
        restore(old.places, exported, PASSWORD, NOW)
    assert everything(old.places.enforcer) == before
    with enforcer_alone(spare.enforcer, "the enforcer"), pytest.raises(Refused, match="systemctl stop"):
        restore(spare, exported, PASSWORD, NOW)
    with relay_alone(Places(spare.relay).lock), pytest.raises(Refused, match="systemctl stop"):
        restore(spare, exported, PASSWORD, NOW)
    spare.site_file.write_text("another")
    with pytest.raises(Refused, match="has a site file"):
        restore(spare, exported, PASSWORD, NOW)
    spare.site_file.unlink()
    Places(spare.relay).ledger.write_text("another")
    with pytest.raises(Refused, match="has carried files"):
        restore(spare, exported, PASSWORD, NOW)


@pytest.mark.parametrize("fails_at", range(1, 8))
def test_whatever_fails_on_the_way_is_undone(
    exported: Path, spare: BoxPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    before = everything(tmp_path / "spare")
    laid = 0
    real = module._lay

    def lay(*words: object) -> None:
        nonlocal laid
        laid += 1
        if laid == fails_at:
            raise OSError(28, os.strerror(28), "/full")
        real(*words)  # type: ignore[arg-type]  # what it is given, it passes on

    monkeypatch.setattr(module, "_lay", lay)
    with pytest.raises(Refused, match="/full: No space left on device"):
        restore(spare, exported, PASSWORD, NOW)
    assert everything(tmp_path / "spare") == before


def test_a_restore_that_was_killed_is_begun_anew(
    old: Box, exported: Path, spare: BoxPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = module._lay

    def lay(item: Item, *words: object) -> None:
        if item.name == STANDING:
            os._exit(9)
        real(item, *words)  # type: ignore[arg-type]  # what it is given, it passes on

    child = os.fork()
    if child == 0:
        module._lay = lay  # type: ignore[assignment]  # only in this child, which ends here
        restore(spare, exported, PASSWORD, NOW)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert not Store(spare.enforcer).standing().confirmed
    assert spare.site_file.exists()

    restore(spare, exported, PASSWORD, NOW)

    assert Store(spare.enforcer).standing() == Store(old.places.enforcer).standing()
    assert not [*spare.enforcer.glob(".restore-*")]


def test_what_a_killed_restore_had_opened_goes_even_where_it_was_all_but_done(tmp_path: Path) -> None:
    places = box(tmp_path / "box").places
    left = places.enforcer / ".restore-killed"
    left.mkdir()
    (left / "key").write_text("a secret")

    with pytest.raises(Refused, match="a site of its own"):
        restore(places, tmp_path / "any", PASSWORD, NOW)

    assert not left.exists()

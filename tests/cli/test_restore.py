import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.relay.places import Places
from gateway.relay.verify import verify
from gateway.replacement.box import BoxPlaces
from gateway.twin.relay_process import RelayProcess
from tests.claims.synthetic import claim_file, receipt
from tests.cli.clinic import Clinic
from tests.cli.test_export import PASSWORD, old, password_file, places_of
from tests.replacement.boxes import Box, empty_box

__all__ = ["old", "password_file"]


@pytest.fixture(scope="module")
def exported(old: Box, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("medium")
    (place / "password").write_text(PASSWORD)
    (place / "password").chmod(0o600)
    words = ["--to", str(place / "out"), "--password-file", str(place / "password")]
    assert main(["export", *words, *places_of(old.places)]) == Exit.OK
    return place / "out"


@pytest.fixture
def spare(tmp_path: Path) -> BoxPlaces:
    return empty_box(tmp_path / "spare")


def test_the_spare_box_says_whose_it_is_and_what_to_do(
    exported: Path, spare: BoxPlaces, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["restore", str(exported), "--password-file", str(password_file), *places_of(spare)]

    assert main(words) == Exit.OK

    first, then, cables, left = capsys.readouterr().out.splitlines()
    assert first.startswith("this box is 若葉クリニック's, as it was at ")
    assert then == (
        "  switch the old box off for good. then: systemctl restart claim-gateway-enforcer claim-gateway-relay ssh"
    )
    assert "claim-gateway ports" in cables
    assert left.startswith("  1 files were on their way and stayed on the old box")
    assert main(words) == Exit.SYSTEM
    assert capsys.readouterr().err == (
        "claim-gateway restore: this box has a site of its own. restore onto an empty one\n"
    )


def test_a_wrong_password_is_one_line_and_exit_2(
    exported: Path, spare: BoxPlaces, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password_file.write_text("another password altogether")

    assert main(["restore", str(exported), "--password-file", str(password_file), *places_of(spare)]) == Exit.INPUT

    assert capsys.readouterr().err == (
        f"claim-gateway restore: {exported}: the password does not open it. try again; capital letters count\n"
    )


def test_both_boxes_have_the_same_status(
    old: Box, exported: Path, spare: BoxPlaces, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which site counts, its whole history, and what was carried; what runs in the kernel is the enforcer's to bring back."""
    main(["restore", str(exported), "--password-file", str(password_file), *places_of(spare)])
    capsys.readouterr()

    assert history(spare, capsys) == history(old.places, capsys)
    before, after = (relay_of(places, capsys) for places in (old.places, spare))
    carried = {"delivered", "noted", "retired"}
    for direction in ("claim", "return"):
        counts = [sum(one["parcels"][direction].get(state, 0) for state in carried) for one in (before, after)]
        assert counts[0] + (direction == "claim") == counts[1]  # the one that was on its way rests now


def history(places: BoxPlaces, capsys: pytest.CaptureFixture[str]) -> Any:
    assert main(["history", "--json", "--state-dir", str(places.enforcer), "--lang", "en"]) == Exit.OK
    return json.loads(capsys.readouterr().out)


def relay_of(places: BoxPlaces, capsys: pytest.CaptureFixture[str]) -> Any:
    words = [
        "--site",
        str(places.site_file),
        "--relay-state-dir",
        str(places.relay),
        "--state-dir",
        str(places.enforcer),
    ]
    main(["status", "--json", *words, "--lang", "en"])
    return json.loads(capsys.readouterr().out)["relay"]


@pytest.mark.root
def test_a_spare_box_takes_over_before_the_same_terminal(works: Clinic, tmp_path: Path, password_file: Path) -> None:
    """Real relays, a real share: what was delivered after the export is not delivered again, and numbers go on."""
    places = empty_box(tmp_path / "first")
    etc = places.site_file.parent
    shutil.copy(works.rig.site_file, places.site_file)
    shutil.copytree(works.rig.site_file.parent / "credentials", etc / "credentials")
    first, second, third = (
        claim_file(receipt(1, points=points), trailer=f"GO,1,{points},99") for points in (100, 200, 300)
    )

    def delivered() -> list[str]:
        return sorted(path.parent.name[:4] for path in (works.smbd.share / "claims").rglob("*.UKE"))

    with RelayProcess(works.rig.twin.gateway, places.site_file, tmp_path / "first", etc / "credentials") as old:
        Places(old.state).drop.joinpath("RECEIPTC.UKE").write_bytes(first)
        works.rig.until(lambda: delivered() == ["01回目"])
        out = tmp_path / "out"
        words = ["export", "--to", str(out), "--password-file", str(password_file)]
        assert main([*words, *places_of(places)]) == Exit.OK
        Places(old.state).drop.joinpath("RECEIPTC.UKE").write_bytes(second)
        works.rig.until(lambda: delivered() == ["01回目", "02回目"])
    spare = empty_box(tmp_path / "spare")
    assert main(["restore", str(out), "--password-file", str(password_file), *places_of(spare)]) == Exit.OK
    credentials = spare.site_file.parent / "credentials"
    with RelayProcess(works.rig.twin.gateway, spare.site_file, tmp_path / "spare", credentials) as new:
        Places(new.state).drop.joinpath("RECEIPTC.UKE").write_bytes(second)
        works.rig.until(lambda: "not sent again" in new.log.read_text())
        Places(new.state).drop.joinpath("RECEIPTC.UKE").write_bytes(third)
        works.rig.until(lambda: delivered() == ["01回目", "02回目", "03回目"])

    assert verify(Places(spare.relay)).sound
    for file in (works.smbd.share / "claims").iterdir():
        shutil.rmtree(file)

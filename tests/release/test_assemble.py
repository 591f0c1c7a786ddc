import json
import tarfile
from pathlib import Path

from gateway.release.archive import digest, unpack, verify
from gateway.release.assemble import assemble, controller

CHECKOUT = Path(__file__).parents[2]


def wheels(place: Path) -> Path:
    place.mkdir()
    (place / "claim_gateway-0.1.0-py3-none-any.whl").write_bytes(b"ours")
    (place / "idna-3.20-py3-none-any.whl").write_bytes(b"theirs")
    return place


def test_the_same_input_makes_the_same_archive_and_it_is_whole(tmp_path: Path) -> None:
    from_here = wheels(tmp_path / "wheels")
    for name in ("one.tar", "two.tar"):
        assemble(CHECKOUT, from_here, tmp_path / name, None)
    (tmp_path / "to").mkdir()
    unpack(tmp_path / "one.tar", tmp_path / "to")

    assert digest(tmp_path / "one.tar") == digest(tmp_path / "two.tar")
    verify(tmp_path / "to")
    names = [one["name"] for one in json.loads((tmp_path / "to/sbom.cdx.json").read_text())["components"]]
    assert {"idna", "claim-gateway", "nftables"} <= set(names)
    assert "claim-gateway==0.1.0 --hash=sha256:" in (tmp_path / "to/requirements.txt").read_text()
    assert (tmp_path / "to/install").stat().st_mode & 0o100


def test_no_inventory_and_no_secret_goes_along(tmp_path: Path) -> None:
    assemble(CHECKOUT, wheels(tmp_path / "wheels"), tmp_path / "one.tar", None)

    with tarfile.open(tmp_path / "one.tar") as packed:
        names = packed.getnames()
    assert "ansible/roles/claim_gateway/tasks/main.yml" in names
    assert [name for name in names if "inventory" in name or "credentials" in name] == []


def test_a_controller_gets_its_own_packages_with_their_hashes() -> None:
    entries = controller(
        "a==1 \\\n    --hash=sha256:1\n    # via b\njinja2==3 \\\n    --hash=sha256:2\nz==1 \\\n    --hash=sha256:3\n"
    )

    assert entries == "jinja2==3 \\\n    --hash=sha256:2\n"

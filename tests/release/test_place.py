from pathlib import Path

import pytest

from gateway.release.place import brought, difference, place, target_of

SYSTEMD = Path(__file__).parents[2] / "systemd"


def test_every_file_we_ship_has_its_place() -> None:
    assert [file.name for file in SYSTEMD.iterdir() if target_of(file.name) is None] == []


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("claim-gateway-relay.service", "etc/systemd/system/claim-gateway-relay.service"),
        ("claim-gateway-guard", "usr/lib/claim-gateway/claim-gateway-guard"),
        ("claim-gateway-sysusers.conf", "usr/lib/sysusers.d/claim-gateway.conf"),
        ("sshd.service", None),
    ],
)
def test_where_a_file_belongs(name: str, target: str | None) -> None:
    assert target_of(name) == target


def test_once_placed_nothing_differs(tmp_path: Path) -> None:
    release = SYSTEMD.parent
    first = place(release, tmp_path)

    assert "/usr/lib/claim-gateway/claim-gateway-guard" in first
    assert (tmp_path / "usr/lib/claim-gateway/claim-gateway-guard").stat().st_mode & 0o777 == 0o755
    assert difference(brought(release), tmp_path) == ((), ())
    assert place(release, tmp_path) == ()


def test_a_unit_of_another_release_goes_and_a_changed_one_is_put_back(tmp_path: Path) -> None:
    release = SYSTEMD.parent
    place(release, tmp_path)
    units = tmp_path / "etc/systemd/system"
    (units / "claim-gateway-former.service").write_text("")
    (units / "claim-gateway-relay.service").write_text("changed")
    (units / "ssh.service").write_text("not ours")

    changed = place(release, tmp_path)

    assert set(changed) == {
        f"/etc/systemd/system/{name}" for name in ("claim-gateway-former.service", "claim-gateway-relay.service")
    }
    assert (units / "ssh.service").exists()
    assert difference(brought(release), tmp_path) == ((), ())

import argparse
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.cli.section import Section
from gateway.cli.status_drop import drop
from gateway.relay.drop_use import Door, DropUse
from gateway.relay.places import Places
from gateway.relay.sftp_drop.declared import use_file
from gateway.relay.sftp_drop.host_keys import host_keys
from tests.relay.process import SITE

NOW = datetime(2026, 11, 9, 3, tzinfo=UTC)
BOTH = """
  drop:
    smb: true
    sftp: {}
    people:
      - {name: 山田, account: yamada, smb_password_file: people/yamada, sftp_key_file: keys/yamada.pub}
      - {name: 鈴木, account: suzuki, smb_password_file: people/suzuki}
"""


def asked(folder: Path, drop_text: str = BOTH, lang: str = "en") -> Section | None:
    site = folder / "site.yaml"
    site.write_text(SITE.read_text().replace("relay:\n", f"relay:{drop_text}"))
    return drop(
        argparse.Namespace(
            site=site, relay_state_dir=folder, share_state_dir=folder / "share", share_run_dir=folder / "run", lang=lang
        )
    )


@pytest.fixture
def box(tmp_path: Path) -> Path:
    Places(tmp_path).prepare()
    for name in ("share", "run"):
        (tmp_path / name).mkdir()
    (tmp_path / "run" / "alive").touch()
    return tmp_path


def test_everybody_by_each_door_and_the_host_keys(box: Path) -> None:
    share = DropUse(box / "share" / "use.json", Door.SHARE, ("山田",))
    share.came("山田", NOW)
    share.write()
    sftp = DropUse(use_file(Places(box)), Door.SFTP, ("山田",))
    sftp.came("山田", NOW)
    sftp.went("山田", NOW)
    sftp.write()
    host_keys(Places(box).root)

    section = asked(box)

    assert section is not None
    assert section.well
    assert section.lines[:3] == (
        ("山田 (share)", "1 open now, last used: 2026-11-09 12:00"),
        ("山田 (sftp)", "0 open now, last used: 2026-11-09 12:00"),
        ("鈴木 (share)", "0 open now, last used: never"),
    )
    assert [name for name, _ in section.lines[3:]] == ["host key", "host key"]
    assert all(" SHA256:" in key for key in section.data["host_keys"])
    assert section.data["people"][2] == {"person": "鈴木", "door": "share", "sessions": 0, "last": None}


def test_a_share_that_does_not_run_is_a_complaint(box: Path) -> None:
    (box / "run" / "alive").unlink()

    section = asked(box)

    assert section is not None
    assert section.critical == ("the Windows share does not run. journalctl -xeu claim-gateway-share",)


def test_a_site_without_a_drop_has_no_section(box: Path) -> None:
    assert asked(box, "\n") is None


def test_a_site_file_that_is_wrong_is_the_relays_to_complain_of(box: Path) -> None:
    assert asked(box, "\n  nonsense: 1\n") is None


def test_it_is_told_in_japanese_and_counted_without_a_persons_name(box: Path) -> None:
    section = asked(box, lang="ja")

    assert section is not None
    assert section.heading == "受け渡し"
    assert section.lines[0] == ("山田 (共有)", "使用中 0、最後の使用 なし")
    assert [(one.labels, one.value) for one in section.figures] == [((("door", "share"),), 0), ((("door", "sftp"),), 0)]
    assert "山田" not in repr(section.figures)

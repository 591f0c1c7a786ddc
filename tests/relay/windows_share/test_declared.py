from collections.abc import Mapping
from pathlib import Path

import pytest

from gateway.relay.errors import RelayRefused
from gateway.relay.windows_share.declared import Declared, declared, passwords
from gateway.site.exchange import Drop
from gateway.site.model import Site

YAMADA = {"name": "山田", "account": "yamada", "smb_password_file": "people/yamada", "may_release": True}
SUZUKI = {"name": "鈴木", "account": "suzuki", "smb_password_file": "people/suzuki"}


def of(site: Site, *people: Mapping[str, object]) -> Declared:
    assert site.zones.lan is not None
    return Declared(Drop.model_validate({"smb": True, "people": people}), site.zones.lan)


def test_a_site_without_a_share_is_refused(site: Site) -> None:
    with pytest.raises(RelayRefused, match="declares no Windows share") as refused:
        declared(site)
    assert refused.value.wrong_input


def test_sessions_are_cut_when_somebody_has_less(site: Site) -> None:
    both = of(site, YAMADA, SUZUKI)
    lan = both.lan.model_copy(update={"receipt_pcs": ()})

    assert both.cuts(both) is False
    assert both.cuts(of(site, YAMADA)) is False
    assert of(site, YAMADA).cuts(both) is True
    assert of(site, YAMADA | {"may_release": False}, SUZUKI).cuts(both) is True
    assert Declared(both.drop, lan).cuts(both) is True


def test_passwords_come_from_files_or_from_the_units_credentials(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = of(site, YAMADA).people
    file = tmp_path / "people" / "yamada"
    file.parent.mkdir()
    file.write_text("from the file itself\n")
    file.chmod(0o600)
    assert passwords(people, tmp_path) == {"yamada": "from the file itself"}

    (tmp_path / "people_yamada").write_text("from systemd, by its name")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert passwords(people, tmp_path) == {"yamada": "from systemd, by its name"}


@pytest.mark.parametrize(("content", "mode"), [("tooshort", 0o600), ("long enough it is", 0o644), (None, 0)])
def test_a_password_that_is_short_or_not_kept_is_refused_unsaid(
    site: Site, tmp_path: Path, content: str | None, mode: int
) -> None:
    file = tmp_path / "people" / "yamada"
    file.parent.mkdir()
    if content is not None:
        file.write_text(content)
        file.chmod(mode)

    with pytest.raises(RelayRefused, match=str(file)) as refused:
        passwords(of(site, YAMADA).people, tmp_path)
    assert refused.value.wrong_input
    assert content is None or content not in str(refused.value)

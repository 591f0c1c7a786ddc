from pathlib import Path

import pytest

from gateway.relay.errors import RelayRefused
from gateway.relay.windows_share import samba_tools
from gateway.relay.windows_share.place import SharePlace
from tests.relay.windows_share.test_configuration import made


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    place = SharePlace(tmp_path / "s", tmp_path / "r", tmp_path / "p", tmp_path / "a")
    for folder in place.folders.values():
        folder.mkdir(parents=True)
    place.configuration.write_text(made("two-people", place))
    return place.configuration


@pytest.mark.parametrize("wrong", ["nosuch parameter = 1", "server min protocol = SMB9"])
def test_what_samba_would_pass_over_is_refused(conf: Path, wrong: str) -> None:
    conf.write_text(conf.read_text().replace("[global]\n", f"[global]\n  {wrong}\n"))

    with pytest.raises(RelayRefused, match=r"Samba does not take it: .*call the vendor"):
        samba_tools.require_right(conf)


def test_an_account_without_a_user_is_refused_by_its_name_and_without_its_password(conf: Path) -> None:
    with pytest.raises(RelayRefused, match="cannot be written for yamada") as refused:
        samba_tools.set_password(conf, "yamada", "a long and secret one")

    assert "secret" not in str(refused.value)


def test_accounts_are_made_listed_and_forgotten(conf: Path) -> None:
    samba_tools.set_password(conf, "nobody", "a long and secret one")
    samba_tools.limit_guessing(conf, 10, 10)
    assert samba_tools.accounts(conf) == ("nobody",)

    samba_tools.forget(conf, "nobody")
    assert samba_tools.accounts(conf) == ()


def test_a_program_that_is_not_there_is_named(conf: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(samba_tools._ENVIRONMENT, "PATH", str(tmp_path))

    with pytest.raises(RelayRefused, match=r"testparm is not installed. install Debian's package samba"):
        samba_tools.require_right(conf)

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.site.exchange import Clamd, Relay

TERMINAL = {"smb": {"server": "192.168.20.10", "user": "relay", "password_file": "credentials/terminal"}}


def relay(**more: Any) -> Relay:
    return Relay.model_validate({"terminal": TERMINAL, **more})


def test_defaults() -> None:
    plain = relay()

    assert plain.antivirus == "none"
    assert not plain.drop.smb
    assert plain.drop.sftp is None
    assert plain.retention.delivered == timedelta(days=93)
    assert (plain.terminal.claims, plain.terminal.returns) == ("claims", "returns")


def test_antivirus_is_a_word_or_a_socket() -> None:
    assert isinstance(relay(antivirus={"clamd": "/run/clamav/clamd.ctl"}).antivirus, Clamd)
    with pytest.raises(ValidationError):
        relay(antivirus="clamd")


def test_a_password_has_no_place_in_the_site_file() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Relay.model_validate({"terminal": {"smb": TERMINAL["smb"] | {"password": "x"}}})

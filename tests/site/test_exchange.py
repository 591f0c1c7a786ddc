from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.site.exchange import Clamd, Inspection, Relay

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


def inspection(**declared: Any) -> Inspection:
    return Inspection.model_validate(declared)


def test_files_are_looked_at_with_every_rule_unless_declared() -> None:
    plain = inspection()

    assert (plain.ignore, plain.carry, plain.results) == ((), (), ())
    assert inspection(ignore=["U017", "S003"]).ignore == ("U017", "S003")


def test_a_result_column_is_a_title_or_a_number() -> None:
    result = {"names": ["*fixf*.csv"], "says": "confirmed", "columns": {"count": 3, "points": "点数"}}
    (declared,) = inspection(results=[result]).results

    assert (declared.columns.count, declared.columns.points, declared.columns.payer) == (3, "点数", None)


@pytest.mark.parametrize("column", [0, -1, True, "", " ", 1.5, [1], 10_000])
def test_what_is_no_column_is_refused(column: Any) -> None:
    result = {"names": ["*fixf*.csv"], "says": "confirmed", "columns": {"count": column}}

    with pytest.raises(ValidationError, match="is not a column"):
        inspection(results=[result])


@pytest.mark.parametrize("rule", ["truncated", "U17", "u017", "U0170", ""])
def test_what_is_no_rule_s_id_is_refused(rule: str) -> None:
    with pytest.raises(ValidationError, match="is not a rule's id"):
        inspection(ignore=[rule])

from datetime import timedelta

import pytest

from gateway.relay.errors import Refused
from gateway.relay.logon import RefusedLogon


def test_a_refused_account_is_not_asked_again_and_another_one_is() -> None:
    logon = RefusedLogon[str](timedelta(minutes=15))
    logon.check("first")

    logon.refused("first", "logon-refused")

    with pytest.raises(Refused, match="logon-refused"):
        logon.check("first")
    logon.check("second")


def test_the_refusal_is_forgotten_in_time_or_when_let_in() -> None:
    soon, kept = RefusedLogon[str](timedelta(0)), RefusedLogon[str](timedelta(minutes=15))
    for logon in (soon, kept):
        logon.refused("first", "account-locked")

    kept.accepted()

    soon.check("first")
    kept.check("first")

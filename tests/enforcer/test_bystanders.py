from dataclasses import replace

import pytest

from gateway.enforcer.bystanders import Bystanders
from gateway.firewall.observed import Observed

ALONE = Observed(None, {}, {}, frozenset(), latched=False)
OTHER = replace(ALONE, foreign_hooks=("ip nat c: type nat hook postrouting priority srcnat; policy accept;",))


def test_one_that_is_new_is_told_once_and_again_when_it_comes_back(capsys: pytest.CaptureFixture[str]) -> None:
    bystanders = Bystanders()
    told = []
    for observed in (ALONE, OTHER, OTHER, ALONE, OTHER):
        bystanders.look(observed)
        told.append("ip nat c: type nat" in capsys.readouterr().err)

    assert told == [False, True, False, False, True]

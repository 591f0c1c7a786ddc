import json

import pytest

from gateway.cli.main import main
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root


def test_what_may_be_opened_is_listed(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grants", *served.places]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["late-claims", "2h00m", "closed"]


def test_what_is_open_says_for_whom(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    main(["grant", "late-claims", *served.places])
    capsys.readouterr()
    assert main(["grants", "--json", *served.places]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["sources"], 7100 < one["open_for_s"] <= 7200) == (["192.168.10.21", "2001:db8:10::21"], True)
    main(["revoke", "late-claims", *served.places])

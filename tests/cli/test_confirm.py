import pytest

from gateway.cli.main import main
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root


def test_a_trial_is_confirmed_and_taken_back(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    other = served.variant("other", "{tcp: 443}", "{tcp: 8443}")
    words = ["apply", str(other), "--confirm-within", "10m", "--comment", "another port"]
    assert main([*words, *served.places]) == 0
    assert "on trial: `claim-gateway confirm` within 10m" in capsys.readouterr().out
    assert main(["apply", str(served.site_file), *served.places]) == 1
    assert "waits to be confirmed" in capsys.readouterr().err
    assert main(["confirm", *served.places]) == 0
    assert "is what this box starts with" in capsys.readouterr().out
    assert main(["rollback", *served.places]) == 0


def test_nothing_to_confirm_is_exit_1(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["confirm", *served.places]) == 1
    assert "nothing waits to be confirmed" in capsys.readouterr().err

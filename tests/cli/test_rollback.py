import pytest

from gateway.cli.main import main
from tests.enforcer.rig import Rig


@pytest.mark.root
def test_a_trial_is_ended(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    other = served.variant("tried", "{tcp: 443}", "{tcp: 9443}")
    main(["apply", str(other), "--confirm-within", "10m", *served.places])
    assert main(["rollback", "1", *served.places]) == 1
    assert "take it back first" in capsys.readouterr().err
    assert main(["rollback", *served.places]) == 0
    assert ": in force. " in capsys.readouterr().out


@pytest.mark.root
def test_further_back_than_history_goes_is_exit_1(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rollback", "99", *served.places]) == 1
    assert "no confirmed site 99 back" in capsys.readouterr().err


@pytest.mark.parametrize("steps", ["0", "-1", "two", "１"])
def test_what_is_no_number_of_steps_is_exit_2(steps: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["rollback", steps])
    assert caught.value.code == 2

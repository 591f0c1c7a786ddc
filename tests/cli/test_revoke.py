import pytest

from gateway.cli.main import main
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root


def test_a_shut_grant_can_be_revoked_too(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["revoke", "late-claims", *served.places]) == 0
    assert capsys.readouterr().out == "late-claims: was closed already\n"


def test_an_open_one_is_closed(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    main(["grant", "late-claims", *served.places])
    assert main(["revoke", "late-claims", *served.places]) == 0
    assert capsys.readouterr().out.endswith("late-claims: closed\n")


def test_one_that_is_not_declared_is_exit_1(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["revoke", "late", *served.places]) == 1
    assert "it declares: late-claims" in capsys.readouterr().err

import subprocess
import sys

import pytest

from gateway.cli.main import main
from gateway.twin.namespace import Namespace
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root


def test_a_grant_opens_is_listed_and_is_revoked(served: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grant", "late-claims", "--for", "30m", "--from", "192.168.10.21", *served.places]) == 0
    assert capsys.readouterr().out == "late-claims: open for 30m, then it closes by itself\n"
    assert main(["revoke", "late-claims", *served.places]) == 0
    assert served.said("grant late-claims is open for 30m from 192.168.10.21: root (")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--for", "3h"], "late-claims may stay open for 2h at most"),
        (["--from", "192.168.20.10"], "not for 192.168.20.10"),
    ],
)
def test_what_the_site_does_not_declare_is_exit_1_in_one_line(
    served: Rig, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(["grant", "late-claims", *words, *served.places]) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("words", [["--for", "soon"], ["--from", "lan"]])
def test_a_wrong_command_line_is_exit_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["grant", "late-claims", *words])
    assert caught.value.code == 2


def test_from_the_console_of_a_box_without_a_network_it_opens_all_the_same(served: Rig, namespace: Namespace) -> None:
    """What is asked goes through a socket in the file system, so it needs no port, no address and no cable."""
    words = [sys.executable, "-m", "gateway.cli.main", "grant", "late-claims", "--for", "1m", *served.places]

    done = subprocess.run(namespace.command(*words), capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout) == (0, "late-claims: open for 1m, then it closes by itself\n")
    assert main(["revoke", "late-claims", *served.places]) == 0

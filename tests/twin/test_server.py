from pathlib import Path

import pytest

from gateway.twin.server import Server, ServerError
from tests.twin.test_smbd import free_port


class Sleeper(Server):
    """A server that listens nowhere."""

    name = "sleeper"

    def prepare(self) -> None:
        (self.place / "log").mkdir(parents=True)

    def command(self) -> list[str]:
        return ["sh", "-c", "echo cannot bind >&2; exit 1"]

    def environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin"}


def test_one_that_ends_while_starting_says_why(tmp_path: Path) -> None:
    server = Sleeper(tmp_path / "t", addresses=("127.0.0.1",), port=free_port(), namespace=None)

    with pytest.raises(ServerError, match=r"sleeper ended while starting: .*cannot bind"), server:
        pass

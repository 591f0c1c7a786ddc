"""Other people's clients against our drop. `make exam` fetches them into a throw-away folder and names it in EXAM_TOOLS."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.relay.sftp_drop.limits import Limits
from tests.claims.synthetic import big_claim_file
from tests.relay.sftp_drop.rig import Drop

LIMITS = replace(Limits(), failures=1_000)  # an auditor connects more often than any person fails


class Exam:
    """A drop whose terminal is away, so that what is handed in stays to be read back, and the tools to try it with."""

    def __init__(self, drop: Drop, tools: Path) -> None:
        self.drop = drop
        self.tools = tools
        self.key = drop.place / "yamada"
        self.claims = drop.place / "claims"

    def program(self, name: str) -> str:
        """A program of Debian's, unpacked and not installed."""
        return str(self.tools / "debian" / "usr" / "bin" / name)

    def python(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Python with PyPI's clients."""
        return self.run(str(self.tools / "python" / "bin" / "python"), *arguments, **more)

    def run(self, *command: str, said: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """A program; its environment has a UTF-8 locale and a home of its own."""
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.drop.place), **more}
        return subprocess.run(
            command, input=said, capture_output=True, text=True, timeout=100, check=False, env=environment
        )

    def names(self) -> list[str]:
        """What was handed in so far."""
        return [parcel.name for parcel in self.drop.parcels()]

    def taken(self, name: str) -> bytes:
        """The bytes in the spool of the file that was handed in under this name; it was handed in once."""
        (parcel,) = [parcel for parcel in self.drop.parcels() if parcel.name == name]
        return (self.drop.places.spool / parcel.id).read_bytes()


@pytest.fixture(scope="session")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exam]:
    tools = os.environ.get("EXAM_TOOLS")
    if tools is None:
        pytest.skip("run: make exam")
    with Drop(tmp_path_factory.mktemp("exam"), limits=LIMITS) as drop:
        sat = Exam(drop, Path(tools).absolute())
        sat.claims.mkdir()
        for number in range(1, 4):
            (sat.claims / f"R{number}.UKE").write_bytes(big_claim_file(40_000 * number))
        yield sat

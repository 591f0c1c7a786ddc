"""Where the share keeps its own things, and where it sees the people's folders."""

from dataclasses import dataclass
from pathlib import Path

PASSWD, GROUP = "passwd", "group"
"""The accounts smbd sees instead of the box's own, mounted over /etc/passwd and /etc/group for it alone."""


@dataclass(frozen=True, slots=True)
class SharePlace:
    """`state` lives on, `run` ends with the boot; both are the share's alone. The folders are the relay's."""

    state: Path
    run: Path
    people: Path
    """The people's folder as smbd sees it: a mount for each folder, read-only where people only read."""
    approvals: Path
    """保留/承認 once more, writable: each person who may release gets their own folder of it as a share of their own."""

    @property
    def configuration(self) -> Path:
        """What smbd is told."""
        return self.state / "smb.conf"

    @property
    def passwords(self) -> Path:
        """Samba's account database."""
        return self.state / "private" / "passdb.tdb"

    @property
    def key(self) -> Path:
        """Makes names in the journal comparable and not readable."""
        return self.state / "private" / "name-key"

    @property
    def use(self) -> Path:
        """Who has it open, and who used it last (drop_use)."""
        return self.state / "use.json"

    @property
    def alive(self) -> Path:
        """Touched all the time while the share runs."""
        return self.run / "alive"

    @property
    def folders(self) -> dict[str, Path]:
        """Samba's own directories, by the parameter that names each; none is outside `state` and `run`."""
        return {
            "private dir": self.state / "private",
            "state directory": self.state / "state",
            "cache directory": self.state / "cache",
            "lock directory": self.run / "lock",
            "pid directory": self.run / "pid",
            "ncalrpc dir": self.run / "rpc",
        }

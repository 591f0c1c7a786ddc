"""What the watch tells the daemon: something in this kernel changed, and as far as the kernel knows, who did it."""

from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """Where it changed; the same words as the lines of `claim-gateway plan`."""

    RULES = "nftables"
    LINK = "link"
    ADDRESS = "address"
    ROUTE = "route"
    ROUTING_RULE = "routing rule"
    SETTING = "setting"
    LOST = "lost events"
    """The kernel dropped notifications (ENOBUFS): anything may have changed, so everything is read again."""
    DUE = "the hourly proof"
    """Nothing changed that anybody told of; the proof is asked whether that is so."""
    POLL = "poll"
    """Time to read what raises no event: most sysctls, legacy iptables, proxy neighbours."""


@dataclass(frozen=True, slots=True)
class Who:
    """The process behind a change, as the notification names it; it may be gone by now."""

    pid: int
    program: str
    """Its command name, at most 15 bytes (TASK_COMM_LEN); empty when the kernel tells only the number."""

    def __str__(self) -> str:
        return f"{self.program or 'unknown program'} (pid {self.pid})"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed. A source puts it on the daemon's queue; the daemon reads the kernel, decides and repairs."""

    kind: ChangeKind
    who: Who | None
    """None where the kernel does not say."""
    what: str
    """One line: the object and what happened to it, such as `eth1 is down`."""

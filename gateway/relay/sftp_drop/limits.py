"""How much the drop server bears. The site sets two of these; the rest are what a small box with 1 GiB can carry."""

from dataclasses import dataclass
from datetime import timedelta

from gateway.relay.room import FILE_MOST_BYTES
from gateway.site.exchange import SftpDrop


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the drop server.

    Attributes:
        connections, of_one_address: how many at a time; one PC can never take all.
        half_open, half_open_of_one_address: of these, how many may not have logged on yet.
        failures: connections of one address that ended without a logon, within `failures_within`; then it waits.
        keys_tried: public keys one connection may offer: an agent offers all it has.
        login_grace: to log on (OpenSSH allows 120 s).
        idle: a connection without a whole request for so long is closed.
        channels: of one connection.
        handles, entries: what one person has open at a time, over all connections; what the folders among them may list.
        uploads: files one person has open or under temporary names.
        file_bytes, staged_bytes: of one file; of everybody's unfinished ones together.
        files_a_day: files one person may hand in within a day: a hospital sends some dozen.
        part_kept: how long a closed file under a temporary name waits for its final one.
        lingers: how long a file that was handed in is still shown: clients look whether it came.
        disk: for one piece of work on our own disk.
    """

    connections: int = 32
    of_one_address: int = 8
    half_open: int = 16
    half_open_of_one_address: int = 4
    failures: int = 30
    failures_within: timedelta = timedelta(minutes=1)
    keys_tried: int = 16
    login_grace: timedelta = timedelta(seconds=20)
    idle: timedelta = timedelta(minutes=15)
    channels: int = 4
    handles: int = 64
    entries: int = 40_000
    uploads: int = 64
    file_bytes: int = FILE_MOST_BYTES
    staged_bytes: int = 4 * FILE_MOST_BYTES
    files_a_day: int = 10_000
    part_kept: timedelta = timedelta(hours=1)
    lingers: timedelta = timedelta(minutes=1)
    disk: timedelta = timedelta(seconds=30)


def limits_of(declared: SftpDrop) -> Limits:
    """The bounds of a site."""
    connections = declared.connections
    return Limits(connections=connections, of_one_address=max(2, connections // 4), idle=declared.idle)

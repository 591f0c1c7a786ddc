"""Coverage-guided packets for the SFTP drop (atheris, libFuzzer): `make fuzz` runs it after the files' readers.

Each input is a stream of packets, cut anywhere. The stream's cutter holds no more than it was fed, nothing but Malformed leaves
the parser, every path becomes single names, and every request's answer can be written.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gateway.relay.sftp_drop"]):
    from gateway.relay.sftp_drop import packets as sftp
    from gateway.relay.sftp_drop.paths import canonical, locate
    from gateway.relay.sftp_drop.refusal import Refusal

MAX_BYTES = 1024
PATHS = (b"/\xe8\xab\x8b\xe6\xb1\x82/RECEIPTC.UKE", b"../../etc/passwd", b"\xff/.", b"")


def framed(packet: bytes) -> bytes:
    return len(packet).to_bytes(4) + packet


def text(content: bytes) -> bytes:
    return len(content).to_bytes(4) + content


RENAMING = bytes([200, 0, 0, 0, 7]) + text(b"posix-rename@openssh.com") + text(PATHS[0]) + text(PATHS[1])
SEEDS = (
    framed(RENAMING),
    *(
        framed(bytes([1, 0, 0, 0, 3])) + framed(bytes([kind, 0, 0, 0, 7]) + text(path) + text(path) + bytes(24))
        for kind in sftp.Type
        for path in PATHS
    ),
)


def one_input(data: bytes) -> None:
    """Read one stream in pieces. Raises AssertionError when a promise is broken."""
    if not data:
        return
    frames, step = sftp.Frames(), data[0] + 1
    for at in range(1, len(data), step):
        frames.feed(data[at : at + step])
        try:
            while (packet := frames.next()) is not None:
                one_packet(packet)
        except sftp.Malformed:
            return
    assert len(frames) < len(data)


def one_packet(packet: bytes) -> None:
    request = sftp.parse(packet)
    if isinstance(request, sftp.OnPath | sftp.Open):
        one_path(request.path)
    if isinstance(request, sftp.Rename):
        one_path(request.to)
    if isinstance(request, sftp.Request):
        assert sftp.status(request.id, sftp.Status.OK)


def one_path(path: bytes) -> None:
    try:
        place = locate(path)
    except Refusal:
        return
    assert not {"", ".", ".."} & {*place.below}
    assert not any("/" in name or "\0" in name for name in place.below)
    assert canonical(str(place).encode()) == str(place)


def main() -> None:
    """Run libFuzzer over the seeds; it ends the process."""
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS):
            (Path(corpus) / str(number)).write_bytes(b"\x40" + seed)
        atheris.Setup([*sys.argv, f"-max_len={MAX_BYTES}", corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()

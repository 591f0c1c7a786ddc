import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.relay.sftp_drop import packets as sftp
from gateway.relay.sftp_drop.packets import Frames, Malformed, Type

STRING = st.binary(max_size=40)


def text(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def framed(packet: bytes) -> bytes:
    return struct.pack(">I", len(packet)) + packet


@pytest.mark.parametrize(
    ("packet", "request_"),
    [
        (bytes([1]) + struct.pack(">I", 3) + text(b"a"), sftp.Init(3)),
        (bytes([3]) + struct.pack(">I", 7) + text(b"/a") + struct.pack(">III", 26, 4, 0o644), sftp.Open(7, b"/a", 26)),
        (bytes([4]) + struct.pack(">I", 7) + text(b"1"), sftp.Close(7, b"1")),
        (bytes([5]) + struct.pack(">I", 7) + text(b"1") + struct.pack(">QI", 9, 10), sftp.Read(7, b"1", 9, 10)),
        (
            bytes([6]) + struct.pack(">I", 7) + text(b"1") + struct.pack(">Q", 9) + text(b"x"),
            sftp.Write(7, b"1", 9, b"x"),
        ),
        (bytes([18]) + struct.pack(">I", 7) + text(b"/a") + text(b"/b"), sftp.Rename(7, b"/a", b"/b", replacing=False)),
        (
            bytes([200]) + struct.pack(">I", 7) + text(b"posix-rename@openssh.com") + text(b"/a") + text(b"/b"),
            sftp.Rename(7, b"/a", b"/b", replacing=True),
        ),
        (
            bytes([9]) + struct.pack(">I", 7) + text(b"/a") + struct.pack(">IQ", 1, 5),
            sftp.SetPath(7, b"/a", sftp.Wanted(5)),
        ),
        (bytes([20]) + struct.pack(">I", 7) + text(b"..") + text(b"/d"), sftp.Unknown(7)),
        (
            bytes([200]) + struct.pack(">I", 7) + text(b"hardlink@openssh.com") + text(b"/a") + text(b"/b"),
            sftp.Unknown(7),
        ),
    ],
)
def test_what_a_packet_asks_for(packet: bytes, request_: sftp.Request | sftp.Init) -> None:
    assert sftp.parse(packet) == request_


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        bytes([4]),
        bytes([4]) + struct.pack(">I", 7) + struct.pack(">I", 0xFFFFFFFF) + b"1",
        bytes([4]) + struct.pack(">I", 7) + text(b"h" * 257),
        bytes([9]) + struct.pack(">I", 7) + text(b"/a") + struct.pack(">I", 0x40),
        bytes([9]) + struct.pack(">I", 7) + text(b"/a") + struct.pack(">II", 0x80000000, 0xFFFFFFFF),
    ],
)
def test_what_is_no_packet(packet: bytes) -> None:
    with pytest.raises(Malformed):
        sftp.parse(packet)


def test_what_a_client_leaves_after_a_request_is_let_pass() -> None:
    assert sftp.parse(bytes([4]) + struct.pack(">I", 7) + text(b"1") + b"more") == sftp.Close(7, b"1")


@given(st.binary(max_size=200))
def test_random_bytes_are_a_request_or_malformed(packet: bytes) -> None:
    try:
        request = sftp.parse(packet)
    except Malformed:
        return
    assert isinstance(request, sftp.Request | sftp.Init)


@given(st.sampled_from(list(Type)), st.binary(max_size=200))
def test_random_bodies_of_every_type(kind: Type, body: bytes) -> None:
    try:
        sftp.parse(bytes([kind]) + struct.pack(">I", 1) + body)
    except Malformed:
        return


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=10), st.integers(1, 50))
def test_a_stream_is_cut_where_its_packets_end(packets: list[bytes], step: int) -> None:
    stream, frames, found = b"".join(map(framed, packets)), Frames(), []
    for at in range(0, len(stream), step):
        frames.feed(stream[at : at + step])
        while (packet := frames.next()) is not None:
            found.append(packet)
    assert (found, len(frames)) == (packets, 0)


@pytest.mark.parametrize("length", [0, sftp.PACKET_MAX_BYTES + 1, 0xFFFFFFFF])
def test_a_packet_of_no_or_of_too_many_bytes(length: int) -> None:
    frames = Frames()
    frames.feed(struct.pack(">I", length))

    with pytest.raises(Malformed):
        frames.next()


def test_the_longest_promised_write_fits_into_a_packet() -> None:
    write = (
        bytes([6]) + struct.pack(">I", 1) + text(b"h" * 256) + struct.pack(">Q", 0) + text(bytes(sftp.WRITE_MAX_BYTES))
    )

    assert len(write) <= sftp.PACKET_MAX_BYTES
    assert len(sftp.data(1, bytes(sftp.READ_MAX_BYTES))) <= sftp.PACKET_MAX_BYTES


def test_answers_as_the_draft_writes_them() -> None:
    about = sftp.Attributes(5, 0o100440, 1_000)

    assert sftp.status(7, sftp.Status.EOF, "x") == framed(
        bytes([101]) + struct.pack(">II", 7, 1) + text(b"x") + text(b"en")
    )
    assert sftp.handle(7, b"1") == framed(bytes([102]) + struct.pack(">I", 7) + text(b"1"))
    assert sftp.attrs(7, about) == framed(bytes([105]) + struct.pack(">IIQIII", 7, 13, 5, 0o100440, 1_000, 1_000))
    assert sftp.version().startswith(struct.pack(">IBI", len(sftp.version()) - 4, 2, 3))

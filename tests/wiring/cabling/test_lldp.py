import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wiring.cabling.lldp import TEXT_MAX_CHARS, Neighbour, read
from tests.wiring.cabling.cables import CHASSIS, END, PORT_ID, TTL, tlv

WHOLE = CHASSIS + PORT_ID + TTL


def test_a_switch_says_who_it_is_and_which_port() -> None:
    said = read(WHOLE + tlv(5, "スイッチ1".encode()) + tlv(127, bytes.fromhex("0080c201000a")) + END)

    assert said == Neighbour("00:00:00:00:00:00", "Gi0/7", "スイッチ1", 10)
    assert str(said) == "スイッチ1 Gi0/7, VLAN 10"


def test_without_a_name_its_chassis_stands_for_it() -> None:
    assert str(read(tlv(1, b"\x05\x01\xc0\x00\x02\x07") + PORT_ID + TTL)) == "192.0.2.7 Gi0/7"


def test_a_port_known_by_its_mac_is_called_as_it_is_described() -> None:
    by_mac = tlv(2, b"\x03\x02\x00\x00\x00\x00\x01")
    assert read(CHASSIS + by_mac + TTL + tlv(4, b"uplink")) == Neighbour("00:00:00:00:00:00", "uplink")
    assert read(CHASSIS + by_mac + TTL) == Neighbour("00:00:00:00:00:00", "02:00:00:00:00:01")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        PORT_ID + CHASSIS + TTL,
        CHASSIS + PORT_ID,
        CHASSIS + PORT_ID + tlv(3, b"\x00\x00"),  # it is leaving
        CHASSIS + PORT_ID + tlv(3, b"\x78"),
        tlv(1, b"\x04") + PORT_ID + TTL,
        WHOLE + b"\x0a\xff",  # longer than the frame
    ],
)
def test_what_is_malformed_says_nothing(data: bytes) -> None:
    assert read(data) is None


def test_a_name_cannot_repaint_the_readers_terminal() -> None:
    said = read(WHOLE + tlv(5, b"\x1b[2J\x07" + b"x" * 300 + b"\xff"))
    assert said is not None
    assert said.name.startswith("?[2J?xx")
    assert len(said.name) == TEXT_MAX_CHARS
    assert said.name.isprintable()


@given(
    st.lists(st.tuples(st.integers(0, 127), st.binary(max_size=511)), max_size=12), st.integers(0, 2000), st.booleans()
)
def test_no_bytes_are_too_odd(parts: list[tuple[int, bytes]], cut: int, whole: bool) -> None:
    data = (WHOLE if whole else b"") + b"".join(tlv(kind, value) for kind, value in parts)
    said = read(data[: len(data) - cut] if cut < len(data) else data)
    assert said is None or (str(said).isprintable() and len(str(said)) <= 3 * TEXT_MAX_CHARS)

from gateway.proof.diagram import Diagrams
from gateway.proof.header import EXTENSIONS, Header
from gateway.proof.interfaces import Names


def test_a_range_holds_its_bounds_and_nothing_beside_them() -> None:
    header = Header(Diagrams(), Names(()))
    bits = header.code
    for first, last in ((0, 255), (0, 0), (7, 7), (3, 200), (128, 191), (254, 255)):
        held = header.between(bits, first, last)
        for value in range(256):
            is_in = not header.algebra.never(held & header.equal(bits, value))
            assert is_in is (first <= value <= last), (first, value, last)


def test_an_empty_range_holds_nothing() -> None:
    header = Header(Diagrams(), Names(()))
    assert header.algebra.never(header.between(header.code, 5, 4))
    assert header.algebra.never(header.between(header.code, 256, 300))


def test_a_number_read_from_a_model_is_the_one_that_was_asked_for() -> None:
    header = Header(Diagrams(), Names(()))
    model = header.algebra.model(header.equal(header.dport, 445) & header.equal(header.saddr[:32], 0x0A010203))
    assert header.value("dport", model) == 445
    assert header.value("saddr", model) >> 96 == 0x0A010203


def test_the_first_header_of_a_plain_packet_is_its_protocol() -> None:
    header = Header(Diagrams(), Names(()))
    plain = header.equal(header.protocol, 6) & ~header.extended
    assert header.algebra.never(plain & ~header.equal(header.nexthdr, 6))
    extended = header.equal(header.protocol, 6) & header.extended
    assert header.algebra.never(extended & header.equal(header.nexthdr, 6))
    assert not any(header.algebra.never(extended & header.equal(header.nexthdr, number)) for number in EXTENSIONS)


def test_no_packet_of_ipv4_has_extension_headers_and_no_answer_is_new() -> None:
    header = Header(Diagrams(), Names(()))
    assert header.algebra.never(header.world() & header.family(4) & header.extended)
    assert header.algebra.never(header.world() & header.reply & header.states[0])

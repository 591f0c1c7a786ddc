import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.firewall.netlink import attribute, attributes, drain, generation, message, messages, new_table
from gateway.firewall.nft import Nft
from gateway.twin.namespace import Namespace
from tests.firewall.kernel import run


@given(st.lists(st.tuples(st.integers(0, 0x3FFF), st.binary(max_size=40))))
def test_attributes_come_back_as_they_went(pairs: list[tuple[int, bytes]]) -> None:
    assert list(attributes(b"".join(attribute(*one) for one in pairs))) == pairs


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40), st.integers(0, 0xFFFFFFFF))))
def test_messages_come_back_as_they_went(sent: list[tuple[int, bytes, int]]) -> None:
    # Only the last may end off the boundary; the kernel pads the others.
    data = b"".join(one + b"\0" * (-len(one) % 4) for one in (message(kind, 0, body, seq) for kind, body, seq in sent))

    assert [(kind, body, seq) for kind, seq, _, body in messages(data)] == sent


@given(st.binary(max_size=200))
def test_noise_is_no_error(noise: bytes) -> None:
    list(attributes(noise))
    list(messages(noise))


@pytest.mark.parametrize("length", [0, 1, 3])
def test_a_length_that_is_too_short_ends_the_reading(length: int) -> None:
    assert list(attributes(struct.pack("=HH", length, 1) + b"more")) == []


@pytest.mark.root
def test_every_transaction_raises_the_generation(namespace: Namespace) -> None:
    before = namespace.call(generation)
    run(namespace, "add table inet t")

    assert namespace.call(generation) == before + 1


@pytest.mark.root
def test_a_refusal_is_an_error_and_libnftables_goes_on(namespace: Namespace) -> None:
    def act() -> str:
        with Nft() as nft:
            nft.run("add table inet claim_gateway")
            with pytest.raises(OSError, match="not supported"):
                new_table(nft.fileno(), "claim_gateway", 0x6)
            drain(nft.fileno())
            nft.run("add chain inet claim_gateway c")
            return nft.run("list ruleset")

    assert "chain c" in namespace.call(act)


@pytest.mark.root
def test_the_socket_stays_as_libnftables_needs_it(namespace: Namespace) -> None:
    def act() -> bool:
        with Nft() as nft:
            new_table(nft.fileno(), "claim_gateway", 0)
            return os.get_blocking(nft.fileno())

    assert namespace.call(act) is False

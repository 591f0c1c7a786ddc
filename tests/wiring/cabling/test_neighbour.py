import time
from ipaddress import ip_address

import pytest
from pyroute2 import IPRoute

from gateway.wiring.cabling.neighbour import ask
from tests.wiring.cabling.cables import cables

pytestmark = pytest.mark.root

THERE, THERE6, NOT = map(ip_address, ("192.0.2.2", "2001:db8::2", "192.0.2.9"))
PATIENCE_S = 10.0


def _address(port: str, *addresses: str) -> None:
    with IPRoute() as ip:
        for address in addresses:
            length = 64 if ":" in address else 24
            # nodad: an address that is still being tried answers nobody
            ip.addr("add", index=ip.link_lookup(ifname=port)[0], address=address, prefixlen=length, flags=0x02)


def _flush(port: str) -> None:
    with IPRoute() as ip:
        ip.flush_addr(index=ip.link_lookup(ifname=port)[0])


def test_who_is_there_answers_and_who_is_not_does_not() -> None:
    with cables() as made:
        made.box.call(_address, "eth0", "192.0.2.1", "2001:db8::1")
        made.outside.call(_address, "out-eth0", str(THERE), str(THERE6))
        wanted = [("eth0", THERE), ("eth0", THERE6), ("eth0", NOT), ("eth9", THERE)]

        found = made.box.call(ask, wanted)
        began = time.monotonic()
        again = made.box.call(ask, wanted[:2])

        assert found == dict(zip(wanted, (True, True, False, False), strict=True))
        assert again == {("eth0", THERE): True, ("eth0", THERE6): True}
        assert time.monotonic() - began < 1.0  # it was asked anew, and answered at once

        # Switched off a moment ago: what the kernel still remembers does not count.
        made.outside.call(_flush, "out-eth0")
        assert made.box.call(ask, wanted[:2]) == {("eth0", THERE): False, ("eth0", THERE6): False}


def test_nothing_of_the_box_is_opened_for_it() -> None:
    """The latch stands: what the kernel asks by ARP passes no rule, and no session could begin."""
    from tests.wiring.cabling.test_listen import _close  # noqa: PLC0415

    with cables() as made:
        made.box.call(_address, "eth0", "192.0.2.1")
        made.outside.call(_address, "out-eth0", str(THERE))
        made.box.call(_close)
        assert made.box.call(ask, [("eth0", THERE)]) == {("eth0", THERE): True}

import ctypes
import os
import socket

import pytest

from gateway.proof.inventory.legacy import Legacy, judge, parse_virtual_services
from gateway.proof.model import Answer, Theorem
from gateway.site.model import Site
from tests.proof.inventory.box import Box, boxed

pytestmark = pytest.mark.root

GET_INFO = 64  # IPT_SO_GET_INFO, linux/netfilter_ipv4/ip_tables.h: what iptables-legacy asks first; it makes the table
INFO_BYTES = 84


def list_table(name: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as kernel:
        info = ctypes.create_string_buffer(name, INFO_BYTES)
        length = ctypes.c_uint32(INFO_BYTES)
        library = ctypes.CDLL(None, use_errno=True)
        if library.getsockopt(kernel.fileno(), socket.SOL_IP, GET_INFO, info, ctypes.byref(length)) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def test_a_table_of_legacy_iptables_is_seen(site: Site) -> None:
    # A box of its own: such a table stays as long as its namespace.
    with boxed(site) as box:
        box.call(list_table, b"nat")
        assert box.found() == {("legacy table", Theorem.T4, Answer.NOT_PROVABLE)}
        assert "iptables-legacy has the table nat" in {one.what for one in box.evidence().findings}


def test_virtual_services_are_read_from_the_kernels_list(box: Box) -> None:
    text = (
        "IP Virtual Server version 1.2.1 (size=4096)",
        "Prot LocalAddress:Port Scheduler Flags",
        "  -> RemoteAddress:Port Forward Weight ActiveConn InActConn",
        "TCP  C0A81401:01BD rr ",
        "  -> C0A80A15:01BD      Masq    1      0          0",
    )
    services = parse_virtual_services(text)
    assert services == ("TCP C0A81401:01BD",)
    found = [(one.kind, one.theorem, one.answer) for one in judge(Legacy((), services), box.surroundings)]
    assert found == [("virtual service", Theorem.T9, Answer.DISPROVED)]

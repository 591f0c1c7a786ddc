"""What charon (5.9.8) tells of what is up, read; test_session.py asks the real one."""

import json
import socket
import struct
from pathlib import Path
from threading import Thread
from typing import Any

from vici.protocol import Message, Packet

from gateway.tunnel.up import observe_up

CHILD = {
    "name": "east-1",
    "state": "INSTALLED",
    "spi-in": "5b5b94b7",
    "spi-out": "0d4213cf",
    "encr-alg": "AES_GCM_16",
    "encr-keysize": "256",
    "bytes-in": "8400",
    "bytes-out": "16800",
    "rekey-time": "3488",
    "install-time": "112",
    "local-ts": ["192.0.2.200/32"],
    "remote-ts": ["203.0.113.0/24"],
}
WHOLE = {
    "state": "ESTABLISHED",
    "version": "2",
    "remote-host": "192.0.2.10",
    "established": "120",
    "rekey-time": "13420",
    "nat-local": "yes",
    "local-vips": ["192.0.2.209"],
    "child-sas": {"east-1-7": CHILD, "east-1-6": CHILD | {"state": "REKEYED"}},
}


def test_what_stands_and_nothing_that_is_on_its_way(tmp_path: Path) -> None:
    half = WHOLE | {"state": "CONNECTING"}
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "vici"))
        listening.listen()
        thread = Thread(target=tell, args=(listening, [{"east-0123abcd": WHOLE}, {"west-4567cdef": half}]))
        thread.start()
        ups = observe_up(tmp_path / "vici")
        thread.join(5)

    (up,) = ups
    assert (up.provider, up.version, up.age_s, up.rekey_s, up.behind_nat) == ("east", 2, 120, 13_420, True)
    assert up.virtual_addresses == ("192.0.2.209",)
    (child,) = up.children
    assert (child.age_s, child.rekey_s, child.bytes_in, child.bytes_out) == (112, 3488, 8400, 16_800)
    assert child.encryption == "AES_GCM_16 256"
    assert json.dumps(child.remote) == '["203.0.113.0/24"]'


def tell(listening: socket.socket, sections: list[dict[str, Any]]) -> None:
    """As charon answers list-sas: confirm the event, tell each, answer, confirm again."""
    caller, _ = listening.accept()
    with caller:
        hear(caller)
        send(caller, struct.pack("!B", Packet.EVENT_CONFIRM))
        hear(caller)
        for section in sections:
            name = b"list-sa"
            send(caller, struct.pack("!BB", Packet.EVENT, len(name)) + name + Message.serialize(section))
        send(caller, struct.pack("!B", Packet.CMD_RESPONSE))
        hear(caller)
        send(caller, struct.pack("!B", Packet.EVENT_CONFIRM))


def hear(caller: socket.socket) -> None:
    caller.recv(struct.unpack("!I", caller.recv(4, socket.MSG_WAITALL))[0], socket.MSG_WAITALL)


def send(caller: socket.socket, packet: bytes) -> None:
    caller.sendall(struct.pack("!I", len(packet)) + packet)

import asyncio
import socket
from pathlib import Path

import pytest

from gateway.relay.errors import RelayRefused
from gateway.relay.windows_share.configuration import PORT
from gateway.relay.windows_share.smbd import Smbd, listening
from gateway.twin.namespace import Namespace

pytestmark = pytest.mark.root


def test_it_sees_on_how_many_addresses_the_port_is_open(namespace: Namespace) -> None:
    def opened() -> list[int]:
        counted = [listening()]
        with socket.create_server(("127.0.0.1", PORT)), socket.create_server(("127.0.0.1", PORT + 1)):
            counted.append(listening())
            with socket.create_server(("::1", PORT), family=socket.AF_INET6):
                counted.append(listening())
        return counted

    assert namespace.call(opened) == [0, 1, 2]


def test_an_smbd_that_ends_is_said_with_its_code(namespace: Namespace, tmp_path: Path) -> None:
    def start() -> None:
        asyncio.run(Smbd.start(tmp_path / "there-is-no-such-file", 1), debug=False)

    with pytest.raises(RelayRefused, match=r"smbd ended with \d+ while starting"):
        namespace.call(start)

"""The daemon as systemd starts it, with the drop its site declares, in a namespace that has the box's LAN addresses."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.relay.clock import system_clocks
from gateway.relay.drop_use import read
from gateway.relay.parcel import State
from gateway.relay.places import Places
from gateway.relay.sftp_drop.declared import sftp_drop, use_file
from gateway.site.model import Site
from gateway.twin.smbd import Smbd
from tests.relay.process import SITE, RelayRun, namespace, on_terminal, terminal, until
from tests.relay.sftp_drop.test_thread import Nobody

SAMPLE = (SITE.parent / "samples" / "RECEIPTC.UKE").read_bytes()
DROP = "relay:\n  drop: {sftp: {port: 2222}, people: [{name: 山田, account: yamada, sftp_key_file: keys/yamada.pub}]}\n"


def test_a_site_without_sftp_has_none(site: Site, tmp_path: Path) -> None:
    places = Places(tmp_path)

    assert (
        sftp_drop(site, site_folder=tmp_path, places=places, releasers=(), clocks=system_clocks(), reception=Nobody())
        is None
    )


@pytest.fixture
def relay_and_terminal(tmp_path: Path) -> Iterator[tuple[RelayRun, Smbd]]:
    with namespace() as name:
        for address in ("192.168.10.1/24", "2001:db8:10::1/64"):
            subprocess.run(["ip", "-n", name, "addr", "add", address, "dev", "lo", "nodad"], check=True)
        text = SITE.read_text().replace("relay:\n", DROP)
        with terminal(tmp_path / "terminal", name) as smbd, RelayRun(tmp_path / "relay", name, text) as run:
            (run.place / "keys").mkdir()
            key = run.place / "keys" / "yamada"
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
            yield run, smbd


@pytest.mark.root
def test_a_file_put_at_either_address_reaches_the_terminal_at_once_and_status_knows_who(
    relay_and_terminal: tuple[RelayRun, Smbd],
) -> None:
    relay, smbd = relay_and_terminal
    relay.start()
    source = relay.place / "RECEIPTC.UKE"
    source.write_bytes(SAMPLE)
    options = ["-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", "-oIdentitiesOnly=yes"]
    for address, folder in (("192.168.10.1", "請求"), ("[2001:db8:10::1]", "請求/社保")):
        command = [
            "sftp",
            "-q",
            "-F",
            "none",
            "-b",
            "-",
            "-P",
            "2222",
            "-i",
            str(relay.place / "keys" / "yamada"),
            *options,
        ]
        until(lambda: "takes files on 2001:db8:10::1" in relay.log.read_text(), "it listens")
        subprocess.run(
            ["ip", "netns", "exec", relay._namespace, *command, f"yamada@{address}"],
            input=f"put {source} {folder}/\n",
            text=True,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    until(lambda: sorted(parcel.state for parcel in relay.parcels()) == [State.NOTED] * 2, "both rest")
    assert [one.duplicate for one in relay.parcels()].count(True) == 1
    assert SAMPLE in on_terminal(smbd, "claims").values()
    until(
        lambda: [(use.person, use.sessions) for use in read(use_file(relay.places))] == [("山田", 0)], "they have gone"
    )
    assert read(use_file(relay.places))[0].last is not None
    assert relay.stop() == 0
    assert "RECEIPTC" not in relay.log.read_text()

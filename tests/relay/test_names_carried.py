"""Names of every kind through a real relay to and from a real smbd: carried, held or left alone, and nothing lost."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from gateway.claims.names import NameTrouble
from gateway.relay.parcel import Direction, Parcel, State
from tests.claims.synthetic import claim_file, receipt, return_file
from tests.relay.process import RelayRun, namespace, on_terminal, terminal, until

pytestmark = pytest.mark.root

SJIS = "請求.UKE".encode("cp932")
LONG = "あ" * 67  # 201 bytes

# What is put into 請求, and the name under which it lies on the terminal.
CARRIED: dict[bytes, str] = {
    b"RECEIPTC.UKE": "RECEIPTC.UKE",
    b"RECEIPTS (1).UKE": "RECEIPTS.UKE",
    "請求 2026年10月分　１.UKE".encode(): "請求 2026年10月分　１.UKE",
    "か\u3099いらい.UKE".encode(): "がいらい.UKE",
    "😀.UKE".encode(): "😀.UKE",
    b"-rf.UKE": "-rf.UKE",
    b"$(reboot).UKE": "$(reboot).UKE",
    b"%SystemRoot%.UKE": "%SystemRoot%.UKE",
    b"`id`;'.UKE": "`id`;'.UKE",
    b" .UKE": " .UKE",
    b"console.UKE": "console.UKE",
    b"RECEIP~1.UKE": "RECEIP~1.UKE",
    b".UKE": ".UKE",
}
HELD: dict[bytes, NameTrouble] = {
    b"CON": NameTrouble.DEVICE,
    b"con.UKE": NameTrouble.DEVICE,
    b"NUL .UKE": NameTrouble.DEVICE,
    "COM¹.UKE".encode(): NameTrouble.DEVICE,
    b"lpt9.UKE": NameTrouble.DEVICE,
    b"x.UKE.": NameTrouble.TRAILING,
    b"y.UKE ": NameTrouble.TRAILING,
    b"z...": NameTrouble.TRAILING,
    b"a:b.UKE": NameTrouble.FORBIDDEN_CHARACTER,
    b"RECEIPTD.UKE::$DATA": NameTrouble.FORBIDDEN_CHARACTER,
    b"..\\..\\x.UKE": NameTrouble.FORBIDDEN_CHARACTER,
    b"q?.UKE": NameTrouble.FORBIDDEN_CHARACTER,
    b"s*.UKE": NameTrouble.FORBIDDEN_CHARACTER,
    b'"quoted".UKE': NameTrouble.FORBIDDEN_CHARACTER,
    b"<x>|y.UKE": NameTrouble.FORBIDDEN_CHARACTER,
    b"line\nbreak.UKE": NameTrouble.FORBIDDEN_CHARACTER,
    b"\x1b[2J.UKE": NameTrouble.FORBIDDEN_CHARACTER,
    "exe\u202eEKU.UKE".encode(): NameTrouble.FORBIDDEN_CHARACTER,
    LONG.encode() + b".UKE": NameTrouble.TOO_LONG,
    SJIS: NameTrouble.NOT_TEXT,
    b"\xff\xfe.UKE": NameTrouble.NOT_TEXT,
}
IGNORED = (
    b"desktop.ini",
    b"Thumbs.db",
    b"~$RECEIPTC.UKE",
    b"a.UKE.crdownload",
    b"b.UKE.filepart",
    b"c.TMP",
    b"d.partial",
)
TWINS = (b"TWIN.UKE", b"twin.uke", "\u304c.UKE".encode(), "\u304b\u3099.UKE".encode())

# What lies in the terminal's returns, and the name under which it reaches people; Samba shows what Windows could not.
RETURNED: dict[bytes, str] = {
    b"RECEIPTC.HEN": "RECEIPTC.HEN",
    b"RECEIPTC (1).HEN": "RECEIPTC.HEN",
    b"receiptc (2).hen": "receiptc.hen",
    "返戻　再審査.SAH".encode(): "返戻　再審査.SAH",
    "が.HEN".encode(): "が.HEN",
    "か\u3099.HEN".encode(): "が.HEN",
}
RETURNS_IGNORED = (b"Unconfirmed 1.crdownload", b"desktop.ini", b"note.docx", "返戻.HEN".encode("cp932"))


@pytest.fixture
def net() -> Iterator[str]:
    with namespace() as name:
        yield name


def content(number: int) -> bytes:
    return claim_file(receipt(1, points=number), trailer=f"GO,1,{number},99")


def put(folder: Path, name: bytes, data: bytes) -> None:
    (folder / os.fsdecode(name)).write_bytes(data)


def names_in(folder: Path) -> set[bytes]:
    return {entry.name for entry in os.scandir(os.fsencode(folder)) if entry.is_file()}


def claims(parcels: list[Parcel], state: State) -> dict[bytes, Parcel]:
    return {one.source: one for one in parcels if one.direction is Direction.CLAIM and one.state is state}


def test_each_claim_s_name_does_what_the_manual_says(tmp_path: Path, net: str) -> None:
    everything = [*CARRIED, *HELD, *IGNORED, *TWINS]
    contents = {name: content(number) for number, name in enumerate(everything, 1)}
    with terminal(tmp_path / "terminal", net) as smbd, RelayRun(tmp_path / "relay", net) as relay:
        relay.places.prepare()
        for name in everything:
            put(relay.places.drop, name, contents[name])
        relay.start()

        # Cheap to ask, and nearly there; the ledger is asked only then.
        until(lambda: names_in(relay.places.drop) == {*IGNORED, *TWINS}, "everything else is taken")
        relay.await_states(*[State.NOTED] * len(CARRIED), *[State.HELD] * len(HELD))
        until(lambda: relay.log.read_text().count("twin") >= len(TWINS), "a word about each twin")
        parcels = relay.parcels()
        arrived = {PurePosixPath(path).name: data for path, data in on_terminal(smbd, "claims").items()}

        assert arrived == {name: contents[raw] for raw, name in CARRIED.items()}
        assert {raw: parcel.reasons for raw, parcel in claims(parcels, State.HELD).items()} == {
            raw: (str(trouble),) for raw, trouble in HELD.items()
        }

        # A person settles it: one twin goes, a temporary name becomes a real one.
        (relay.places.drop / "twin.uke").unlink()
        (relay.places.drop / "b.UKE.filepart").rename(relay.places.drop / "b.UKE")
        relay.await_states(*[State.NOTED] * (len(CARRIED) + 2), *[State.HELD] * len(HELD))
        assert {b"TWIN.UKE", b"b.UKE"} <= set(claims(relay.parcels(), State.NOTED))

        journal = relay.log.read_text()
        assert "UKE" not in journal
        assert "uke" not in journal
        assert relay.stop() == 0


def test_each_return_s_name_does_what_the_manual_says(tmp_path: Path, net: str) -> None:
    contents = {name: return_file() + b"%d" % number for number, name in enumerate([*RETURNED, *RETURNS_IGNORED])}
    with terminal(tmp_path / "terminal", net) as smbd, RelayRun(tmp_path / "relay", net) as relay:
        for name, data in contents.items():
            put(smbd.share / "returns", name, data)
        relay.start()

        parcels = relay.await_states(*[State.NOTED] * len(RETURNED))
        brought = sorted(
            (PurePosixPath(str(one.target)).name, (relay.places.returns / str(one.target)).read_bytes())
            for one in parcels
        )

        assert brought == sorted((name, contents[raw]) for raw, name in RETURNED.items())
        assert names_in(smbd.share / "returns") == {*RETURNS_IGNORED}
        assert len(names_in(smbd.share / "returns" / "取込済")) == len(RETURNED)
        assert "HEN" not in relay.log.read_text()

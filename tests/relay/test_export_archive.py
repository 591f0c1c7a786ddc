import hashlib
import io
import random
import subprocess
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest
import pyzipper

from gateway.relay.export_archive import (
    Item,
    Unreadable,
    items_of,
    letter_of,
    password_trouble,
    read_back,
    write,
)
from gateway.relay.parcel import Parcel, State
from tests.relay.test_ledger import NOW, parcel

PASSWORD = "five words are long enough"
CONTENT = random.Random(5).randbytes(5000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()
LETTER = "はじめに"


def archive_of(*parcels: Parcel) -> tuple[bytes, tuple[Item, ...]]:
    items = items_of(replace(one, digest=DIGEST) for one in parcels)
    file = io.BytesIO()
    write(file, ((item, [CONTENT[:7], CONTENT[7:]]) for item in items), LETTER, PASSWORD)
    return file.getvalue(), items


def test_what_is_written_comes_back() -> None:
    content, items = archive_of(parcel(1), parcel(2))

    read_back(io.BytesIO(content), items, LETTER, PASSWORD)


def test_seven_zip_opens_it_with_the_password_and_not_without(tmp_path: Path) -> None:
    content, items = archive_of(parcel(1))
    (tmp_path / "x.zip").write_bytes(content)

    listed = subprocess.run(["7z", "l", "-slt", tmp_path / "x.zip"], capture_output=True, text=True, check=True).stdout
    assert listed.count("Method = AES-256 Deflate") == 2
    wrong = subprocess.run(
        ["7z", "x", "-pwrong", f"-o{tmp_path}/wrong", tmp_path / "x.zip"], capture_output=True, check=False
    )
    assert wrong.returncode == 2
    subprocess.run(
        ["7z", "x", f"-p{PASSWORD}", f"-o{tmp_path}/out", tmp_path / "x.zip"], capture_output=True, check=True
    )
    assert (tmp_path / "out" / items[0].inside).read_bytes() == CONTENT
    assert (tmp_path / "out" / "はじめにお読みください.txt").read_text("utf-8-sig") == LETTER


@pytest.mark.parametrize("place", [100, 500, 3000, -60])
def test_a_changed_byte_does_not_pass(place: int) -> None:
    content, items = archive_of(parcel(1))
    touched = bytearray(content)
    touched[place] ^= 1

    with pytest.raises(Unreadable):
        read_back(io.BytesIO(bytes(touched)), items, LETTER, PASSWORD)


def test_a_wrong_password_or_another_content_does_not_pass() -> None:
    content, items = archive_of(parcel(1))

    with pytest.raises(Unreadable):
        read_back(io.BytesIO(content), items, LETTER, "another password altogether")
    with pytest.raises(Unreadable, match="other bytes"):
        read_back(io.BytesIO(content), items_of([parcel(1)]), LETTER, PASSWORD)
    with pytest.raises(Unreadable, match="other bytes"):
        read_back(io.BytesIO(content), [], LETTER, PASSWORD)
    with pytest.raises(Unreadable, match="other bytes"):
        read_back(io.BytesIO(content), items, "another letter", PASSWORD)


def test_nothing_a_person_could_read_is_outside_the_encryption() -> None:
    name = "山田太郎様.UKE"
    content, items = archive_of(replace(parcel(1), name=name), parcel(2))

    assert name.encode() not in content
    assert CONTENT not in content
    assert b"RECEIPTC.UKE" in content  # fixed by the specification, and looked for on the terminal
    assert items[0].inside.name == "00000000.UKE"
    assert f"ファイル名: {name}" in letter_of(items, NOW)
    assert "これは受領書ではありません" in letter_of(items, NOW)


def test_two_parcels_of_one_name_and_month_have_a_folder_each() -> None:
    items = items_of([parcel(1), replace(parcel(1), id="f" * 32), replace(parcel(3), target=None, number=0)])

    assert len({item.inside for item in items}) == 3
    assert items[0].inside == PurePosixPath("2021-11_社保_01回目_1108-2310_00000000/RECEIPTC.UKE")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.RENAMING, "すでに届いている可能性"),
        (State.DELIVERED, "配達済みです"),
        (State.NOTED, "配達済みです"),
        (State.TAKEN, ""),
        (State.REJECTED, ""),
    ],
)
def test_the_letter_says_what_may_lie_on_the_terminal_already(state: State, said: str) -> None:
    letter = letter_of(items_of([parcel(1, state=state)]), NOW)

    assert said in letter
    assert ("注意" in letter) == bool(said)


def test_a_name_cannot_write_a_line_of_the_letter() -> None:
    assert "\r\n次の行" not in letter_of(items_of([parcel(1, name="a\r\n次の行")]), NOW)


@pytest.mark.parametrize(
    ("password", "trouble"),
    [("short", "is short"), ("パスワードは日本語で長くても駄目です", "not every program"), ("tab\tin the middle of it", "not every"), (PASSWORD, "")],
)  # fmt: skip
def test_a_password_must_carry_the_weight(password: str, trouble: str) -> None:
    assert trouble in password_trouble(password)
    assert bool(password_trouble(password)) == bool(trouble)


def test_the_cipher_is_what_we_say() -> None:
    content, _ = archive_of(parcel(1))

    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        assert {info.wz_aes_strength for info in archive.infolist()} == {3}  # 3 = 256 bits, WinZip's table
        assert archive.infolist()[1].date_time == (2026, 11, 8, 23, 10, 0)  # Japan's clock

"""The courier on a whole relay: good days, staff's ways, and the power going at every step."""

import asyncio
import os
import sqlite3
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.relay import effects as do
from gateway.relay.clock import Clocks
from gateway.relay.courier import Acting, Courier
from gateway.relay.directory import fingerprint_of
from gateway.relay.effects import Effect
from gateway.relay.events import Event, Restarted, Shown
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Hold, Parcel, State
from tests.claims.synthetic import claim_file, lines, receipt, return_file
from tests.relay.rig import QUICK, Fuse, PowerCut, Rig
from tests.relay.test_ledger import NOW, parcel

CLAIM = claim_file()
CORRECTED = claim_file(receipt(1, points=200), trailer="GO,1,200,99")


def names(files: dict[str, bytes], content: bytes) -> list[str]:
    return [name for name, found in files.items() if found == content]


def test_a_claim_goes_out_and_its_slip_says_what_is_left_to_do(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    source = rig.drop("RECEIPTC.UKE", CLAIM)

    rig.carry()

    assert rig.delivered() == {"2021-11/社保/01回目_1108-2310/RECEIPTC.UKE": CLAIM}
    assert not source.exists()
    kept = rig.kept()
    assert kept["2021-11/社保/01回目_1108-2310/RECEIPTC.UKE"] == CLAIM
    slip = kept["2021-11/社保/01回目_1108-2310/配達票.txt"].decode("utf-8-sig")
    assert slip.startswith("これは受領書ではありません。まだ請求されていません。")
    assert "総件数: 1 件、総合計点数: 100 点" in slip
    assert "院長室 03-0000-0000" in slip


def test_a_return_comes_in_and_is_put_away_at_the_terminal(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    (rig.share / "returns" / "RECEIPTC (1).HEN").write_bytes(return_file())
    (rig.share / "returns" / "notes.docx").write_bytes(b"not declared")

    rig.carry()

    assert rig.brought() == {"2026-11/社保/01回目_1108-2310/RECEIPTC.HEN": return_file()}
    assert (rig.share / "returns" / "取込済" / "RECEIPTC (1).HEN").read_bytes() == return_file()
    assert (rig.share / "returns" / "notes.docx").exists()


def test_a_report_without_payer_is_filed_under_others(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    (rig.share / "returns" / "zogn.csv").write_bytes(b"1,2,3\r\n")

    rig.carry()

    assert list(rig.brought()) == ["2026-11/その他/01回目_1108-2310/zogn.csv"]


def test_returns_of_one_name_never_replace_each_other(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    source = rig.share / "returns" / "RECEIPTC.HEN"

    for payer in ("1", "2", "1"):
        source.write_bytes(return_file(payer) + payer.encode() * len(rig.brought()))
        rig.carry()

    assert len(rig.brought()) == 3
    assert len(list((rig.share / "returns" / "取込済").iterdir())) == 3


def test_left_returns_are_fetched_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path, after="leave")
    source = rig.share / "returns" / "RECEIPTC.HEN"
    source.write_bytes(return_file())

    rig.carry()
    rig.carry()

    assert len(rig.brought()) == 1
    assert source.exists()


def test_a_left_return_that_was_only_touched_does_not_come_again(tmp_path: Path) -> None:
    rig = Rig(tmp_path, after="leave")
    source = rig.share / "returns" / "RECEIPTC.HEN"
    source.write_bytes(return_file())
    rig.carry()
    source.chmod(0o640)

    rig.carry()
    rig.carry()

    assert len(rig.brought()) == 1
    assert [parcel.duplicate for parcel in rig.parcels()] == [True, False]


def test_a_left_return_rewritten_comes_as_the_next_number(tmp_path: Path) -> None:
    rig = Rig(tmp_path, after="leave")
    source = rig.share / "returns" / "RECEIPTC.HEN"
    for content in (return_file(), return_file() + b"x", return_file()):
        source.write_bytes(content)
        rig.carry()

    assert sorted(name.split("/")[2][:4] for name in rig.brought()) == ["01回目", "02回目", "03回目"]


def test_a_left_return_rewritten_under_the_same_times_is_found_a_day_later(tmp_path: Path) -> None:
    rig = Rig(tmp_path, after="leave")
    source = rig.share / "returns" / "RECEIPTC.HEN"
    source.write_bytes(return_file())
    rig.carry()
    # The ledger's memory of this file's key is moved to what the rewritten file has: no key tells them apart.
    source.write_bytes(return_file().replace(b"202111", b"202112"))
    with sqlite3.connect(rig.places.ledger) as connection:
        key = fingerprint_of(source.stat()).key
        connection.execute("UPDATE parcel SET source_key = ?", (key,))
    connection.close()
    rig.carry()
    assert len(rig.brought()) == 1
    before = rig.clocks
    rig.clocks = Clocks(lambda: before.wall() + timedelta(days=1), before.steady)

    rig.carry()

    assert len(rig.brought()) == 2


def test_removed_returns_are_gone_at_the_terminal(tmp_path: Path) -> None:
    rig = Rig(tmp_path, after="remove")
    source = rig.share / "returns" / "RECEIPTC.HEN"
    source.write_bytes(return_file())

    rig.carry()

    assert len(rig.brought()) == 1
    assert not source.exists()


def test_a_correction_is_the_next_number_and_marks_the_one_before(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for content in (CLAIM, CORRECTED):
        rig.drop("RECEIPTC.UKE", content)
        rig.carry()

    assert list(rig.delivered().values()) == [CLAIM, CORRECTED]
    assert [name.split("/")[2][:4] for name in rig.delivered()] == ["01回目", "02回目"]
    assert "差替済" in rig.kept()["2021-11/社保/01回目_1108-2310/差替済_RECEIPTC.UKE.txt"].decode("utf-8-sig")


def test_two_files_of_one_minute_have_a_slip_each(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    dental = CLAIM.replace(b"IR,1,12,1,0000000,,,202111,00,", b"UK,1,12,1,0000000,,,202111,,00,")
    rig.drop("RECEIPTC.UKE", CLAIM)
    rig.drop("RECEIPTS.UKE", dental)

    rig.carry()

    slips = [text.decode("utf-8-sig") for name, text in rig.kept().items() if "配達票" in name]
    assert sorted(rig.delivered().values()) == sorted([CLAIM, dental])
    assert sorted("RECEIPTC.UKE" in slip for slip in slips) == [False, True]


def test_both_payers_count_for_themselves(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.drop("社保/RECEIPTC.UKE", CLAIM)
    rig.drop("国保/RECEIPTC.UKE", claim_file(payer="2"))

    rig.carry()

    assert sorted(name.split("/")[1] + name.split("/")[2][:4] for name in rig.delivered()) == [
        "国保01回目",
        "社保01回目",
    ]


def test_the_same_file_again_is_noted_and_not_sent(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for _ in range(2):
        rig.drop("RECEIPTC.UKE", CLAIM)
        rig.carry()

    assert len(rig.delivered()) == 1
    assert any("同じファイル" in name for name in rig.kept())


def test_the_same_file_again_is_sent_if_somebody_took_the_first_away(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.drop("RECEIPTC.UKE", CLAIM)
    rig.carry()
    (rig.share / "claims" / next(iter(rig.delivered()))).unlink()

    rig.drop("RECEIPTC.UKE", CLAIM)
    rig.carry()

    assert [name.split("/")[2][:4] for name in rig.delivered()] == ["02回目"]


def test_going_back_to_an_earlier_version_makes_it_the_newest(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    for content in (CLAIM, CORRECTED, CLAIM):
        rig.drop("RECEIPTC.UKE", content)
        rig.carry()

    assert list(rig.delivered().values()) == [CLAIM, CORRECTED, CLAIM]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("RECEIPTC.UKE", claim_file(trailer=None), "GO レコードがなく"),
        ("RECEIPTC.UKE", b"", "空です"),
        ("RECEIPTC.UKE", claim_file(trailer="GO,2,100,99"), "総件数と一致しません"),
        ("RECEIPTC.UKE", claim_file(code="1312345"), "医療機関コード"),
        ("RECEIPTC.HEN", return_file(), "請求ファイルではありません"),
        ("x.txt", "HI,こんにちは\r\n".encode("cp932"), "請求ファイルではありません"),
        ("RECEIPTC.UKE", b"HI,1,,1\r\n", "請求ファイルではありません"),
        ("letter.txt", b"hello", "請求ファイル（UKE）として読めません"),
        ("RECEIPTC.UKE.", CLAIM, "点または空白で終わって"),
        (b"\x83\x8c.UKE".decode(errors="surrogateescape"), CLAIM, "文字が読めません"),
    ],
)
def test_what_must_not_go_is_held_with_a_reason(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    rig = Rig(tmp_path)
    rig.drop(name, content)

    rig.carry()

    assert rig.delivered() == {}
    (file,) = [found for name, found in rig.held().items() if not name.endswith(".txt") or found == content]
    (note,) = [found.decode("utf-8-sig") for name, found in rig.held().items() if found.startswith(b"\xef\xbb\xbf")]
    assert file == content
    assert why in note
    assert "すること: " in note


def test_links_and_pipes_stay_where_they_are_with_a_note(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    secret = tmp_path / "secret"
    secret.write_bytes(CLAIM)
    (rig.places.drop / "RECEIPTC.UKE").symlink_to(secret)
    os.mkfifo(rig.places.drop / "RECEIPTD.UKE")
    (rig.places.drop / "深い" / "もっと").mkdir(parents=True)
    (rig.places.drop / "深い" / "もっと" / "RECEIPTC.UKE").write_bytes(CLAIM)

    rig.carry()

    assert rig.delivered() == {}
    assert len(rig.held()) == 3
    assert secret.read_bytes() == CLAIM


def count_of_effects(tmp_path: Path) -> int:
    rig = day(tmp_path)
    rig.carry()
    assert rig.hands is not None
    return len(rig.hands.effects)


def day(place: Path) -> Rig:
    """A claim of each payer, a file to hold, and a return."""
    rig = Rig(place)
    rig.drop("RECEIPTC.UKE", CLAIM)
    rig.drop("国保/RECEIPTC.UKE", claim_file(payer="2"))
    rig.drop("RECEIPTS.UKE", claim_file(trailer=None))
    (rig.share / "returns" / "RECEIPTC.HEN").write_bytes(return_file())
    return rig


def check(rig: Rig, at: str) -> None:
    """Everything arrived exactly once, and nothing half-made is left."""
    held = rig.held()
    assert sorted(rig.delivered().values()) == sorted([CLAIM, claim_file(payer="2")]), at
    assert list(rig.brought().values()) == [return_file()], at
    assert names(held, claim_file(trailer=None)), at
    assert len(held) == 2, at
    assert len([name for name in rig.kept() if "配達票" in name]) == 2, at
    assert list((rig.share / ".gateway").iterdir()) == [], at
    assert list((rig.share / "returns").iterdir()) == [rig.share / "returns" / "取込済"], at
    assert {parcel.state for parcel in rig.parcels()} == {State.NOTED, State.HELD}, at
    assert [file for file in rig.places.drop.rglob("*") if file.is_file()] == [], at
    assert {file.name for file in rig.places.spool.iterdir()} == {parcel.id for parcel in rig.parcels()}, at


@pytest.mark.thorough
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_the_power_goes_at_every_effect_and_everything_arrives_exactly_once(tmp_path: Path, after: bool) -> None:
    for cut_at in range(1, count_of_effects(tmp_path / "whole") + 1):
        rig = day(tmp_path / str(cut_at))

        with pytest.raises(PowerCut):
            rig.carry(cut_at=cut_at, after=after)
        rig.carry()
        rig.carry()  # the sweep finds what the first restart left

        check(rig, f"cut at {cut_at}")


@pytest.mark.thorough
def test_the_power_goes_after_every_operation_on_a_shelf(tmp_path: Path) -> None:
    fuse = Fuse()
    day(tmp_path / "whole").carry(fuse=fuse)
    for blows_at in range(1, fuse.count - 5):  # the last few are looks at a share where nothing happens any more
        rig = day(tmp_path / str(blows_at))

        with pytest.raises(PowerCut):
            rig.carry(fuse=Fuse(blows_at))
        rig.carry()
        rig.carry()

        check(rig, f"blown at {blows_at}")


def test_a_second_cut_while_recovering_changes_nothing(tmp_path: Path) -> None:
    for first, second in [(4, 1), (6, 2), (9, 1), (12, 3), (15, 1), (18, 2)]:
        rig = day(tmp_path / f"{first}-{second}")
        with pytest.raises(PowerCut):
            rig.carry(cut_at=first, after=True)
        with pytest.raises(PowerCut):
            rig.carry(cut_at=second, after=True)

        rig.carry()
        rig.carry()

        check(rig, f"cut at {first}, then at {second}")


def published_and_cut(place: Path) -> Rig:
    """The terminal has the file under its final name, and the relay died before it heard so."""
    rig = Rig(place)
    rig.drop("RECEIPTC.UKE", CLAIM)
    with pytest.raises(PowerCut):
        rig.carry(cut_at=count_until("Publish", place / "probe"), after=True)
    assert list(rig.delivered().values()) == [CLAIM]
    return rig


def count_until(effect: str, place: Path) -> int:
    rig = Rig(place)
    rig.drop("RECEIPTC.UKE", CLAIM)
    rig.carry()
    assert rig.hands is not None
    return rig.hands.effects.index(effect) + 1


def test_what_staff_moved_away_before_the_restart_is_never_sent_a_second_time(tmp_path: Path) -> None:
    rig = published_and_cut(tmp_path)
    (rig.share / "claims" / next(iter(rig.delivered()))).rename(rig.share / "sent already")

    rig.carry()

    assert rig.delivered() == {}
    (parcel,) = rig.parcels()
    assert (parcel.state, parcel.reasons) == (State.HELD, ("delivery-unknown",))
    assert any(
        "端末の共有フォルダーにファイルがあるか確認" in note.decode("utf-8", "replace") for note in rig.held().values()
    )


def test_what_somebody_else_put_in_its_place_is_not_replaced(tmp_path: Path) -> None:
    rig = published_and_cut(tmp_path)
    final = rig.share / "claims" / next(iter(rig.delivered()))
    final.write_bytes(b"somebody's")

    rig.carry()

    assert final.read_bytes() == b"somebody's"
    assert rig.parcels()[0].reasons == ("occupied",)


def test_a_return_overwritten_before_the_restart_is_fetched_as_well(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    source = rig.share / "returns" / "RECEIPTC.HEN"
    source.write_bytes(return_file())
    with pytest.raises(PowerCut):
        rig.carry(cut_at=7)  # delivered to 返戻, not yet put away at the terminal
    assert list(rig.brought().values()) == [return_file()]
    source.write_bytes(return_file("2"))

    rig.carry()

    assert sorted(rig.brought().values()) == sorted([return_file(), return_file("2")])


def test_another_site_s_claim_waits_in_the_held_folder(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.drop("RECEIPTC.UKE", claim_file(code="1312345"))

    rig.carry()

    assert rig.delivered() == {}
    (note,) = (text.decode() for path, text in rig.held().items() if path.endswith(".txt"))
    assert "医療機関コードがこの施設のものと異なります（S001）" in note


def test_a_file_of_a_declared_name_travels_under_this_month(tmp_path: Path) -> None:
    rig = Rig(tmp_path, carry=("RREC*.UKE",))
    content = lines("RS,1") + bytes(4)
    rig.drop("RREC1.UKE", content)
    rig.drop("RECEIPTC.UKE", content)

    rig.carry()

    assert rig.delivered() == {"2026-11/その他/01回目_1108-2310/RREC1.UKE": content}
    assert [parcel.reasons for parcel in rig.parcels() if parcel.reasons] == [("unknown-kind", "nul-bytes")]


class Stumbling:
    """Hands that make a mistake over one parcel, and keep still over the others."""

    def __init__(self, over: str) -> None:
        self._over = over

    async def act(self, parcel: Parcel, effect: Effect) -> Event | None:
        if isinstance(effect, do.ShowHeld):
            return Shown()
        if parcel.id == self._over:
            raise ValueError("text out of a patient's file")
        await asyncio.sleep(60)
        return None


async def carry_with(hands: Acting, ledger: Ledger, *parcels: Parcel) -> int:
    """Resume the parcels until one of them rests; how many are still on their way."""
    async with asyncio.TaskGroup() as group:
        courier = Courier(ledger, hands, QUICK, group, lambda: NOW)
        for one in parcels:
            courier.feed(one, Restarted())
        deadline = time.monotonic() + 5
        while courier.waiting == len(parcels):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.002)
        still = courier.waiting
        courier.stop()
    return still


def test_a_mistake_over_one_parcel_holds_it_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = parcel(1), parcel(2)
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        still = asyncio.run(carry_with(Stumbling(bad.id), ledger, bad, good))

        held = ledger.parcel(bad.id)

    assert still == 1
    assert held is not None
    assert (held.state, held.reasons, held.shown) == (State.HELD, (Hold.FAULT,), True)
    journal = capsys.readouterr().err
    assert f"parcel {bad.id} met an error" in journal
    assert "ValueError" in journal
    assert "patient" not in journal


def test_a_parcel_whose_step_cannot_be_made_is_left_and_the_others_go_on(tmp_path: Path) -> None:
    noted, good = parcel(1, state=State.NOTED), parcel(2)
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        still = asyncio.run(carry_with(Stumbling(""), ledger, noted, good))

        assert ledger.parcel(noted.id) is None
    assert still == 1


def test_a_ledger_locked_by_another_process_only_makes_parcels_wait(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = Rig(tmp_path)
    Ledger.open(rig.places.ledger).close()
    other = sqlite3.connect(rig.places.ledger, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(1.0, other.execute, ("ROLLBACK",))
    release.start()
    rig.drop("RECEIPTC.UKE", CLAIM)
    rig.drop("社保/RECEIPTC.UKE", CORRECTED)
    try:
        rig.carry()
    finally:
        release.join()
        other.close()

    assert sorted(name.split("/")[2][:4] for name in rig.delivered()) == ["01回目", "02回目"]
    journal = capsys.readouterr().err
    assert journal.count("the ledger takes no step now") == 1
    assert journal.count("the ledger takes steps again") == 1

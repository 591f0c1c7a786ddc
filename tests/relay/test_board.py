from dataclasses import replace
from datetime import UTC, datetime

from gateway.claims.reminders import Cause, Reminder
from gateway.relay.board import HELD_MOST, body, notice
from gateway.relay.chain import Head
from gateway.relay.parcel import Direction, State
from gateway.relay.slip import unchanged
from gateway.relay.standing import Held, Standing
from tests.relay.rig import HEAD

NOW = datetime(2026, 11, 9, 3, tzinfo=UTC)
CALM = Standing(NOW, {}, None, (), (), (), 0, Head(1, "h" * 64))
HELD = Held("a" * 32, Direction.CLAIM, "A\r\n・偽.UKE", 1, ("truncated", "institution-differs"), NOW, releasable=True)


def test_a_calm_day_says_so_and_who_to_call() -> None:
    text = notice(CALM, HEAD, share_answers=True)

    assert "■ お知らせ\r\n・ありません\r\n" in text
    assert "応答しています" in text
    assert "保守窓口 03-0000-0001" in text
    assert "【厳秘】" in text
    assert unchanged(text.encode())


def test_the_page_is_new_only_when_something_is() -> None:
    later = replace(CALM, at=datetime(2026, 11, 9, 4, tzinfo=UTC))

    assert body(CALM, share_answers=True) == body(later, share_answers=True)
    assert body(CALM, share_answers=True) != body(CALM, share_answers=False)


def test_a_held_file_s_name_forges_no_line() -> None:
    text = notice(replace(CALM, held=(HELD,)), HEAD, share_answers=True)

    assert not any(line.startswith("・偽") for line in text.splitlines())


def test_a_page_nobody_reads_to_its_end_is_not_written() -> None:
    text = "\n".join(body(replace(CALM, held=(HELD,) * (HELD_MOST + 3)), share_answers=True))

    assert text.count("・A") == HELD_MOST
    assert "・ほか 3 件" in text


def test_what_is_due_and_what_waits_is_named() -> None:
    busy = replace(
        CALM,
        counts={(Direction.CLAIM, State.DELIVERING): 2, (Direction.CLAIM, State.NOTED): 9},
        undelivered_since=NOW,
        reminders=(Reminder(Cause.WAITING, "2026-11", hours=36, files=2),),
        unread_results=1,
    )

    text = "\n".join(body(busy, share_answers=False))

    assert "請求ファイル 2 件が端末を待っています。送信の締切まで 36 時間です" in text
    assert "■ 配達の途中: 2 件（最も古いもの: 2026-11-09 12:00:00）" in text
    assert "応答していません" in text
    assert "読み取れない結果ファイル: 1 件" in text

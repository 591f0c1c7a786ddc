"""お知らせ.txt in the people's folder: staff cannot open a shell, and see there what waits, what is due and what to do."""

from collections.abc import Iterator

from gateway.relay.slip import NOT_A_RECEIPT, Letterhead, letter, shown
from gateway.relay.standing import Standing
from gateway.relay.why import because

HELD_MOST = 20
"""So many held files are named; a page that nobody reads to its end helps nobody."""


def notice(now: Standing, head: Letterhead, *, share_answers: bool) -> str:
    """The whole page, as it stands at this moment."""
    lines = [
        "ゲートウェイが自動で書き換えるお知らせです。このファイルには書き込まないでください。",
        f"最終更新: {shown(now.at)}（1日以上古いときは、保守窓口に連絡してください）",
        "",
        *body(now, share_answers=share_answers),
    ]
    return letter(lines, head)


def body(now: Standing, *, share_answers: bool) -> tuple[str, ...]:
    """What the page says, its time aside: equal as long as there is nothing new."""
    return tuple(_lines(now, share_answers=share_answers))


def _lines(now: Standing, *, share_answers: bool) -> Iterator[str]:
    yield "■ お知らせ"
    for reminder in now.reminders:
        yield f"・{reminder.text('ja')}"
    if not now.reminders:
        yield "・ありません"
    yield ""
    yield f"■ 保留: {len(now.held)} 件"
    for held in now.held[:HELD_MOST]:
        why = "、".join(line.removeprefix("理由: ") for reason in held.reasons for line in because(reason, None)[:1])
        yield f"・{held.name}（{shown(held.since)} から）: {why}"
    if len(now.held) > HELD_MOST:
        yield f"・ほか {len(now.held) - HELD_MOST} 件"
    if now.held:
        yield "保留フォルダーの説明を読み、承認・却下・入れ直しのどれかをしてください。"
    yield ""
    waits = "" if now.undelivered_since is None else f"（最も古いもの: {shown(now.undelivered_since)}）"
    yield f"■ 配達の途中: {now.waiting} 件{waits}"
    yield f"端末の共有フォルダー: {'応答しています' if share_answers else '応答していません（端末の電源が入れば自動で続けます）'}"
    if now.unread_results:
        yield f"読み取れない結果ファイル: {now.unread_results} 件（保守窓口に連絡してください）"
    yield ""
    yield NOT_A_RECEIPT.replace(
        "これは受領書ではありません。まだ請求されていません。", "配達済みのファイルは、まだ請求されていません。"
    )

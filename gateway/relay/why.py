"""Why a file waits or is left alone, and what people should do about it. Japanese; one place for every reason."""

from gateway.claims.catalogue import RULES_BY_NAME
from gateway.claims.names import NameTrouble
from gateway.claims.summary import Summary
from gateway.relay.drop import Oddity
from gateway.relay.parcel import Hold

_WHY: dict[str, tuple[str, str]] = {
    NameTrouble.NOT_TEXT: ("ファイル名の文字が読めません", "ファイル名を付け直してください"),
    NameTrouble.FORBIDDEN_CHARACTER: ("ファイル名に Windows で使えない文字があります", "ファイル名を付け直してください"),
    NameTrouble.DEVICE: ("Windows で使えないファイル名です", "ファイル名を付け直してください"),
    NameTrouble.TRAILING: ("ファイル名が点または空白で終わっています", "ファイル名を付け直してください"),
    NameTrouble.TOO_LONG: ("ファイル名が長すぎます", "短いファイル名を付けてください"),
    Hold.OCCUPIED: ("配達先に同じ名前の別のファイルがあります", "配達先のファイルを確認し、保守窓口に連絡してください"),
    Hold.UNKNOWN_DELIVERY: (
        "配達できたか確認できません（端末で移動された可能性があります）",
        "端末の共有フォルダーにファイルがあるか確認してください。なければ、もう一度請求フォルダーに入れてください",
    ),
    Hold.REFUSED: ("配達先がこのファイルを受け付けません", "ファイル名を確認し、保守窓口に連絡してください"),
    Hold.NEVER_THE_SAME: ("配達先から読み戻した内容が毎回異なります", "端末のディスクを点検し、保守窓口に連絡してください"),
    Hold.NOT_A_CLAIM: ("返戻のファイルで、請求ファイルではありません", "請求フォルダーには請求ファイルだけを入れてください"),
    Hold.FAULT: ("ゲートウェイがこのファイルを処理できませんでした", "端末に届いていないか確認し、保守窓口に連絡してください"),
    Hold.EXPORTED: (
        "USB メモリー等へ書き出されました",
        "端末に入れて請求するのは一度だけにしてください。書き出したものを使わないときだけ、この保留を解除してください",
    ),
    Hold.REBUILT: (
        "台帳を作り直したため、どこまで届いたか確かめられません",
        "端末に届いているか確認してください。届いていなければ、この保留を解除するか、請求フォルダーにもう一度入れてください",
    ),
    Hold.LEFT_BEHIND: (
        "ゲートウェイを交換したとき、まだ配達の途中でした。ファイルは前の装置に残っています",
        "端末に届いているか確認してください。届いていなければ、請求フォルダーにもう一度入れてください",
    ),
    Hold.VIRUS: (
        "コンピュータウイルスが見つかりました",
        "ファイルは保留フォルダーに置いていません。請求を作ったパソコンを点検し、保守窓口に連絡してください",
    ),
    Hold.SCANNER_DOWN: (
        "ウイルスの検査ができませんでした",
        "保守窓口に連絡してください。急ぐときは、端末で検査することを前提に承認できます",
    ),
    Hold.TOO_BIG_TO_SCAN: (
        "大きすぎてウイルスの検査ができません",
        "パソコンで検査してください。問題がなければ承認できます",
    ),
    Oddity.TOO_BIG: ("1 GiB を超えるファイルは受け取りません", "請求ファイルかどうか確認し、保守窓口に連絡してください"),
    Oddity.NO_ROOM: (
        "ゲートウェイのディスクに空きがありません",
        "そのまま置いておいてください。空きができれば自動で受け取ります。期限が近いときは保守窓口に連絡してください",
    ),
    Oddity.LINK: ("リンク（ショートカット）は受け取りません", "ファイルそのものを入れてください"),
    Oddity.SPECIAL: ("通常のファイルではありません", "ファイルを入れ直してください"),
    Oddity.HARD_LINK: ("別の場所と共有されているファイルは受け取りません", "コピーを入れてください"),
    Oddity.NOT_OURS: ("別の利用者の権限で置かれています", "共有フォルダーから入れ直すか、保守窓口に連絡してください"),
    Oddity.TWIN: (
        "大文字と小文字などが違うだけの、同じ名前のファイルが並んでいます",
        "どちらが正しいか確認し、正しいものだけを残してください",
    ),
    Oddity.TOO_DEEP: ("フォルダーが深すぎます", "請求フォルダー、またはその中の 社保・国保 に直接入れてください"),
}  # fmt: skip


def because(reason: str, summary: Summary | None) -> list[str]:
    """Why, and what to do. The rules' words are in the catalogue; the figures stand in the file's own findings."""
    rule = RULES_BY_NAME.get(reason)
    if rule is None:
        why, todo = _WHY[reason]
        return [f"理由: {why}", f"すること: {todo}"]
    found = next((finding for finding in (summary.findings if summary else ()) if finding.name == reason), None)
    why = found.text("ja") if found else f"次を満たしていません: {rule.checks.ja}"
    return [f"理由: {why}（{rule.id}）", f"すること: {rule.todo.ja}"]

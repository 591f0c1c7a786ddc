"""What people read beside a file: the delivery slip, the held note, the marks. Japanese, for Notepad (UTF-8 with mark, CRLF)."""

from dataclasses import dataclass
from datetime import datetime

from gateway.claims.calendar import JAPAN
from gateway.claims.catalogue import RULES_BY_NAME
from gateway.claims.finding import Severity
from gateway.claims.names import NameTrouble
from gateway.claims.summary import Summary
from gateway.relay.drop import Oddity
from gateway.relay.parcel import Direction, Hold, Parcel
from gateway.site.model import Responsible

SLIP = "配達票"
REPLACED = "差替済"

# C25: reaching the terminal is not a claim. These words come first on every slip.
NOT_A_RECEIPT = (
    "これは受領書ではありません。まだ請求されていません。端末で 送信 → 請求確定 → 『受領書』の表示 まで行ってください。"
)
_CONFIDENTIAL = "【厳秘】診療報酬請求に関する情報です。取扱いに注意してください。"

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
    Oddity.LINK: ("リンク（ショートカット）は受け取りません", "ファイルそのものを入れてください"),
    Oddity.SPECIAL: ("通常のファイルではありません", "ファイルを入れ直してください"),
    Oddity.HARD_LINK: ("別の場所と共有されているファイルは受け取りません", "コピーを入れてください"),
    Oddity.NOT_OURS: ("別の利用者の権限で置かれています", "共有フォルダーから入れ直すか、保守窓口に連絡してください"),
    Oddity.TOO_DEEP: ("フォルダーが深すぎます", "請求フォルダー、またはその中の 社保・国保 に直接入れてください"),
}  # fmt: skip

_SPACES = "\N{IDEOGRAPHIC SPACE}\N{NO-BREAK SPACE}"  # not printable to Python, harmless in a name


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose slips these are: the site's name and the people of C26."""

    site: str
    responsible: Responsible


def delivery_slip(parcel: Parcel, delivered_at: datetime, head: Letterhead) -> str:
    """The slip beside a delivered claim file."""
    lines = [NOT_A_RECEIPT, "", *_what(parcel, delivered_at, "端末に届いた日時")]
    if parcel.number > 1:
        lines += ["", "同じ月の前の回と差し替わります。回の数字が最も大きいものが最新です。"]
    lines += _doubts(parcel.summary)
    return _letter(lines, head)


def replaced_mark(parcel: Parcel, delivered_at: datetime, head: Letterhead) -> str:
    """The mark in the folder of the number before."""
    when = _moment(delivered_at)
    return _letter(
        [
            f"差替済: {parcel.name} は {parcel.number:02}回目（{when}）のファイルが新しいものです。この回のファイルは使いません。"
        ],
        head,
    )


def duplicate_note(parcel: Parcel, put_in_at: datetime, head: Letterhead) -> str:
    """The note for a file that was put in again unchanged while its first delivery still lies on the terminal."""
    first = f"{parcel.name}: 同じ内容のファイルが {_moment(put_in_at)} にもう一度入れられました。配達済みのため、再送していません。"
    return _letter([NOT_A_RECEIPT, "", first], head)


def held_note(parcel: Parcel, held_at: datetime, head: Letterhead) -> str:
    """Why a file waits, and what to do."""
    lines = ["このファイルは配達されていません（保留）。", ""]
    for reason in parcel.reasons:
        lines += _because(reason, parcel.summary)
    lines += ["", *_what(parcel, held_at, "保留にした日時")]
    return _letter(lines, head)


def odd_note(shown_path: str, oddity: Oddity, noticed_at: datetime, head: Letterhead) -> str:
    """Why something in 請求 is left where it is."""
    lines = [f"請求フォルダーの次のものは受け取っていません: {shown_path}", "", *_because(oddity, None)]
    return _letter([*lines, "", f"日時: {_moment(noticed_at)}"], head)


def _because(reason: str, summary: Summary | None) -> list[str]:
    """Why, and what to do. The rules' words are in the catalogue; the figures stand in the file's own findings."""
    rule = RULES_BY_NAME.get(reason)
    if rule is None:
        why, todo = _WHY[reason]
        return [f"理由: {why}", f"すること: {todo}"]
    found = next((finding for finding in (summary.findings if summary else ()) if finding.name == reason), None)
    why = found.text("ja") if found else f"次を満たしていません: {rule.checks.ja}"
    return [f"理由: {why}（{rule.id}）", f"すること: {rule.todo.ja}"]


def _doubts(summary: Summary | None) -> list[str]:
    """What did not hold the file and should be looked at before it is claimed."""
    findings = summary.findings if summary else ()
    doubts = [finding for finding in findings if finding.severity is Severity.WARN]
    lines = [f"・{found.text('ja')}（{found.id}）。{found.rule.todo.ja}" for found in doubts]
    return ["", "送信の前に確認してください:", *lines] if lines else []


def _what(parcel: Parcel, moment: datetime, when: str) -> list[str]:
    lines = [
        f"ファイル: {parcel.name}",
        f"大きさ: {parcel.size:,} バイト",
        f"SHA-256: {parcel.digest}",
        f"{when}: {_moment(moment)}",
    ]
    if parcel.target is not None:
        lines.append(f"置き場所: {parcel.target}")
    if parcel.summary is not None and parcel.direction is Direction.CLAIM:
        lines += _figures(parcel.summary)
    return lines


def _figures(summary: Summary) -> list[str]:
    lines = []
    if summary.payer:
        lines.append(f"審査支払機関: {summary.payer.full_name}（{summary.payer.folder}）")
    if summary.claim_month:
        lines.append(f"請求年月: {summary.claim_month}")
    lines.append(f"レセプト: {summary.receipts:,} 枚")
    declared = (summary.declared_count, summary.declared_points)
    counted = (summary.counted_count, summary.counted_points)
    lines.append(f"総件数: {_figure(declared[0])} 件、総合計点数: {_figure(declared[1])} 点")
    if None not in counted and declared != counted:
        lines.append(f"数えた件数: {_figure(counted[0])} 件、数えた点数: {_figure(counted[1])} 点")
    return lines


def _figure(value: int | None) -> str:
    return "記載なし" if value is None else f"{value:,}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S")


def _letter(lines: list[str], head: Letterhead) -> str:
    people = head.responsible
    contacts = [
        f"{head.site}",
        f"安全管理責任者: {people.system_manager.name} {people.system_manager.phone}",
        f"保守: {people.vendor.name} {people.vendor.phone}",
    ]
    return "\ufeff" + "\r\n".join(map(_printable, [*lines, "", "――――", *contacts, _CONFIDENTIAL, ""]))


def _printable(line: str) -> str:
    """The line without what could start another one or turn its direction: a file may have any name."""
    return "".join(character if character.isprintable() or character in _SPACES else "\ufffd" for character in line)

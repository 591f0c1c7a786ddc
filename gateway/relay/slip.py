"""What people read beside a file: the delivery slip, the held note, the marks. Japanese, for Notepad (UTF-8 with mark, CRLF)."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from gateway.claims.calendar import JAPAN
from gateway.claims.finding import Severity
from gateway.claims.summary import Summary
from gateway.relay.drop import Oddity
from gateway.relay.parcel import Direction, Parcel
from gateway.relay.places import APPROVED, REJECTED
from gateway.relay.why import because
from gateway.site.model import Responsible

SLIP = "配達票"
REPLACED = "差替済"

# C25: reaching the terminal is not a claim. These words come first on every slip.
NOT_A_RECEIPT = (
    "これは受領書ではありません。まだ請求されていません。端末で 送信 → 請求確定 → 『受領書』の表示 まで行ってください。"
)
_CONFIDENTIAL = "【厳秘】診療報酬請求に関する情報です。取扱いに注意してください。"

_CODE = "確認符号: "

_SPACES = "\N{IDEOGRAPHIC SPACE}\N{NO-BREAK SPACE}"  # not printable to Python, harmless in a name


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Whose slips these are: the site's name, the people of C26, and who may release a held file."""

    site: str
    responsible: Responsible
    releasers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a file reached the terminal: at `latest`, or after `earliest` if the answer was lost on the way."""

    latest: datetime
    earliest: datetime | None = None

    @property
    def shown(self) -> str:
        """On a Japanese clock."""
        if self.earliest is None:
            return shown(self.latest)
        return f"{shown(self.earliest)} から {shown(self.latest)} までの間（応答が途切れたため、後で確かめました）"


def delivery_slip(parcel: Parcel, arrival: Arrival, head: Letterhead) -> str:
    """The slip beside a delivered claim file."""
    lines = [NOT_A_RECEIPT, "", *_what(parcel, arrival.shown, "端末に届いた日時")]
    if parcel.decided_by:
        lines.append(f"保留を解除した人: {parcel.decided_by}（理由: {parcel.decided_why}）")
    if parcel.number > 1:
        lines += ["", "同じ月の前の回と差し替わります。回の数字が最も大きいものが最新です。"]
    lines += _doubts(parcel.summary)
    return letter(lines, head)


def replaced_mark(parcel: Parcel, arrival: Arrival, head: Letterhead) -> str:
    """The mark in the folder of the number before."""
    when = arrival.shown
    return letter(
        [
            f"差替済: {parcel.name} は {parcel.number:02}回目（{when}）のファイルが新しいものです。この回のファイルは使いません。"
        ],
        head,
    )


def duplicate_note(parcel: Parcel, put_in_at: datetime, head: Letterhead) -> str:
    """The note for a file that was put in again unchanged while its first delivery still lies on the terminal."""
    first = f"{parcel.name}: 同じ内容のファイルが {shown(put_in_at)} にもう一度入れられました。配達済みのため、再送していません。"
    return letter([NOT_A_RECEIPT, "", first], head)


def held_note(parcel: Parcel, held_at: datetime, head: Letterhead) -> str:
    """Why a file waits, and what to do."""
    lines = ["このファイルは配達されていません（保留）。", ""]
    for reason in parcel.reasons:
        lines += because(reason, parcel.summary)
    lines += ["", *_ways_out(parcel, head), "", *_what(parcel, shown(held_at), "保留にした日時")]
    return letter(lines, head)


def rejected_note(parcel: Parcel, rejected_at: datetime, head: Letterhead) -> str:
    """What became of a held file that somebody said is not to be delivered."""
    lines = [
        f"{parcel.name} は配達しません（却下）。",
        f"却下した人: {parcel.decided_by}（理由: {parcel.decided_why}）",
        "配達するときは、もう一度請求フォルダーに入れてください。",
        "",
        *_what(parcel, shown(rejected_at), "却下した日時"),
    ]
    return letter(lines, head)


def not_decided_note(name: str, why: str, noticed_at: datetime, head: Letterhead) -> str:
    """Why a file that was moved into 承認 or 却下 stays where it is. `why` is one of our own sentences."""
    lines = [f"{name} は配達していません。", why, "", f"日時: {shown(noticed_at)}"]
    return letter(lines, head)


def _ways_out(parcel: Parcel, head: Letterhead) -> list[str]:
    lines = ["直したファイルは、請求フォルダーに入れてください。このファイルは書き換えても配達されません。"]
    if not parcel.releasable:
        lines.append("この保留は解除できません。")
    elif head.releasers:
        places = "、".join(f"{APPROVED}/{name}" for name in head.releasers)
        lines.append(
            f"このまま配達するときは、承認できる人が、このファイルを自分の名前のフォルダーに移してください: {places}"
        )
    else:
        lines.append("このまま配達するときは、保守窓口に連絡してください。")
    return [*lines, f"配達しないときは、このファイルを {REJECTED} フォルダーに移してください。"]


def odd_note(shown_path: str, oddity: Oddity, noticed_at: datetime, head: Letterhead) -> str:
    """Why something in 請求 is left where it is."""
    lines = [f"請求フォルダーの次のものは受け取っていません: {shown_path}", "", *because(oddity, None)]
    return letter([*lines, "", f"日時: {shown(noticed_at)}"], head)


def _doubts(summary: Summary | None) -> list[str]:
    """What did not hold the file and should be looked at before it is claimed."""
    findings = summary.findings if summary else ()
    doubts = [finding for finding in findings if finding.severity is Severity.WARN]
    lines = [f"・{found.text('ja')}（{found.id}）。{found.rule.todo.ja}" for found in doubts]
    return ["", "送信の前に確認してください:", *lines] if lines else []


def _what(parcel: Parcel, moment: str, when: str) -> list[str]:
    lines = [
        f"ファイル: {parcel.name}",
        f"大きさ: {parcel.size:,} バイト",
        f"SHA-256: {parcel.digest}",
        f"{when}: {moment}",
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


def shown(moment: datetime) -> str:
    """A moment on a Japanese clock."""
    return moment.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S")


def letter(lines: list[str], head: Letterhead) -> str:
    """The lines with their mark, contacts (C26), the class of the paper (C16) and the code that tells whether anybody changed it."""
    people = head.responsible
    contacts = [
        f"{head.site}",
        f"安全管理責任者: {people.system_manager.name} {people.system_manager.phone}",
        f"保守: {people.vendor.name} {people.vendor.phone}",
    ]
    text = "\ufeff" + "\r\n".join(map(_printable, [*lines, "", "――――", *contacts, _CONFIDENTIAL, ""]))
    return f"{text}{_CODE}{_code(text)}\r\n"


def unchanged(data: bytes) -> bool:
    """Whether these are the bytes of one of our letters, whoever wrote it when: its last line is made from all others."""
    try:
        text, _, code = data.decode().rpartition(_CODE)
    except UnicodeDecodeError:
        return False
    return code == f"{_code(text)}\r\n"


def _code(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def _printable(line: str) -> str:
    """The line without what could start another one or turn its direction: a file may have any name."""
    return "".join(character if character.isprintable() or character in _SPACES else "\ufffd" for character in line)

"""November 2026 in a clinic, act by act: when, what staff do, and what must have come of each file then.

Times are a Japanese clock's. A folder's name carries the minute, so every place is foretold to the letter.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.claims.calendar import JAPAN
from gateway.claims.finding import Text
from gateway.relay.parcel import State
from gateway.twin import month_post as post


class Terminal(StrEnum):
    """What staff do with the claim terminal."""

    OFF = "off"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Put:
    """A file into 請求, at `path` below it."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """A file into the terminal's returns, under the name its browser gives it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Approve:
    """A held file, by its content, moved into the releaser's folder in 保留/承認."""

    content: bytes


Deed = Put | Download | Approve | Terminal


@dataclass(frozen=True, slots=True)
class Comes:
    """What has become of a file. `place` is its target, empty while it has none; `again`: it came a second time, unchanged."""

    content: bytes
    state: State
    place: str = ""
    reasons: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """One moment of the month. `notice` must then stand in お知らせ.txt."""

    when: datetime
    staff: Text
    deeds: tuple[Deed, ...] = ()
    comes: tuple[Comes, ...] = ()
    notice: tuple[str, ...] = ()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the month."""
    return datetime(2026, 11, day, hour, minute, tzinfo=JAPAN)


FUND = tuple(post.claim("1", points) for points in (100, 110, 120, 130))
"""社保: the first claim and its three corrections."""
FEDERATION = tuple(post.claim("2", points) for points in (200, 210, 220, 230))
"""国保: the same."""
FORMER = post.claim("1", 90, month=post.MONTH_BEFORE, code=post.FORMER_INSTITUTION)
VOLUMES = post.volumes("2", 50, month=post.MONTH_BEFORE)
RECLAIM = post.reclaim("1", 80)
RETURNS = post.returned("1"), post.returned("2")
REPORT = post.report()

_FUND_PATH, _FEDERATION_PATH = f"社保/{post.CLAIM_NAME}", f"国保/{post.CLAIM_NAME}"


def _sent(content: bytes, payer: str, folder: str, *, month: str = post.MONTH, state: State = State.NOTED) -> Comes:
    return Comes(content, state, f"{month}/{payer}/{folder}/{post.CLAIM_NAME}")


def _brought(content: bytes, payer: str, folder: str, name: str) -> Comes:
    return Comes(content, State.NOTED, f"{post.MONTH}/{payer}/{folder}/{name}")


SCRIPT = (
    Act(
        at(5, 9),
        Text(
            "put the claims of both payers into 請求, one file name",
            "両方の請求ファイル（同じ名前）を請求フォルダーに入れる",
        ),
        (Put(_FUND_PATH, FUND[0]), Put(_FEDERATION_PATH, FEDERATION[0])),
        (_sent(FUND[0], "社保", "01回目_1105-0900"), _sent(FEDERATION[0], "国保", "01回目_1105-0900")),
    ),
    Act(
        at(5, 15),
        Text("correct 社保 and put it in again", "社保を訂正して、もう一度入れる"),
        (Put(_FUND_PATH, FUND[1]),),
        (_sent(FUND[1], "社保", "02回目_1105-1500"),),
    ),
    Act(
        at(5, 15, 20),
        Text("put the very same 社保 file in once more", "社保の同じファイルを、もう一度入れる"),
        (Put(_FUND_PATH, FUND[1]),),
        (Comes(FUND[1], State.NOTED, f"{post.MONTH}/社保/02回目_1105-1500/{post.CLAIM_NAME}", again=True),),
    ),
    Act(
        at(5, 20),
        Text("switch the terminal off, then put in a correction of 国保", "端末の電源を切り、国保の訂正を入れて帰る"),
        (Terminal.OFF, Put(_FEDERATION_PATH, FEDERATION[1])),
        (_sent(FEDERATION[1], "国保", "02回目_1105-2000", state=State.DELIVERING),),
    ),
    Act(
        at(6, 8, 30),
        Text("switch the terminal on", "端末の電源を入れる"),
        (Terminal.ON,),
        (_sent(FEDERATION[1], "国保", "02回目_1105-2000"),),
    ),
    Act(
        at(6, 10),
        Text("put in a late claim with the code from before the move", "移転前の医療機関コードの月遅れ請求を入れる"),
        (Put(_FUND_PATH, FORMER),),
        (Comes(FORMER, State.HELD, reasons=("institution-differs",)),),
    ),
    Act(
        at(6, 10, 30),
        Text("the director moves it into 保留/承認", "院長が保留のファイルを 承認 に移す"),
        (Approve(FORMER),),
        (_sent(FORMER, "社保", "01回目_1106-1030", month=post.MONTH_BEFORE),),
    ),
    Act(
        at(6, 19, 30),
        Text("switch the terminal off, then correct both payers", "端末の電源を切り、両方の訂正を入れて帰る"),
        (Terminal.OFF, Put(_FUND_PATH, FUND[2]), Put(_FEDERATION_PATH, FEDERATION[2])),
        (
            _sent(FUND[2], "社保", "03回目_1106-1930", state=State.DELIVERING),
            _sent(FEDERATION[2], "国保", "03回目_1106-1930", state=State.DELIVERING),
        ),
    ),
    Act(
        at(7, 8, 15),
        Text("switch the terminal on", "端末の電源を入れる"),
        (Terminal.ON,),
        (_sent(FUND[2], "社保", "03回目_1106-1930"), _sent(FEDERATION[2], "国保", "03回目_1106-1930")),
    ),
    Act(
        at(7, 11),
        Text("download the returns of both payers in the browser", "端末のブラウザーで両方の返戻をダウンロードする"),
        (Download(post.RETURN_NAME, RETURNS[0]), Download(post.SECOND_DOWNLOAD, RETURNS[1])),
        (
            _brought(RETURNS[0], "社保", "01回目_1107-1100", post.RETURN_NAME),
            _brought(RETURNS[1], "国保", "01回目_1107-1100", post.RETURN_NAME),
        ),
    ),
    Act(
        at(8, 13),
        Text("download a report", "増減点連絡書をダウンロードする"),
        (Download(post.REPORT_NAME, REPORT),),
        (_brought(REPORT, "その他", "01回目_1108-1300", post.REPORT_NAME),),
    ),
    Act(
        at(9, 10),
        Text("put in a re-claim of a returned receipt", "返戻分の再請求ファイルを入れる"),
        (Put(_FUND_PATH, RECLAIM),),
        (_sent(RECLAIM, "社保", "01回目_1109-1000_再請求"),),
    ),
    Act(
        at(9, 14),
        Text("put in the first volume of a late claim of 国保", "国保の月遅れ請求（2分割の1）を入れる"),
        (Put(_FEDERATION_PATH, VOLUMES[0]),),
        (_sent(VOLUMES[0], "国保", "01回目_1109-1400_分割01", month=post.MONTH_BEFORE),),
    ),
    Act(
        at(9, 14, 5),
        Text("put in its second volume", "同じ請求の2分割の2を入れる"),
        (Put(_FEDERATION_PATH, VOLUMES[1]),),
        (_sent(VOLUMES[1], "国保", "01回目_1109-1405_分割02", month=post.MONTH_BEFORE),),
    ),
    Act(
        at(10, 23),
        Text("the last hour: the third corrections", "最後の1時間: 3回目の訂正を入れる"),
        (Put(_FUND_PATH, FUND[3]), Put(_FEDERATION_PATH, FEDERATION[3])),
        (_sent(FUND[3], "社保", "04回目_1110-2300"), _sent(FEDERATION[3], "国保", "04回目_1110-2300")),
        notice=(
            "社保 の 2026-11 請求分は端末に届いています。残り 1 時間です。",
            "国保 の 2026-11 請求分は端末に届いています。残り 1 時間です。",
        ),
    ),
)

"""What the journal hears when one box takes another's place. Counts; never a name."""

from gateway.journal import Level, Message, Todo

TAKEN_OVER = Message(
    id="a4fd7e35825d481896896cc54e83721d",
    name="BOX_TAKEN_OVER",
    level=Level.WARNING,
    en="this box took over from an export whose audit chain ends at {head}; {parcels} parcels stayed on the old box",
    ja="本装置が前の装置を引き継ぎました（監査チェーンの末尾 {head}）。前の装置に残ったファイル {parcels} 件",
    todo=Todo(
        "See for each that stayed whether it lies on the terminal. If not, put it into 請求 again. Never switch the old box on in this network.",
        "残ったファイルが端末に届いているか確認し、なければ請求フォルダーに入れ直してください。前の装置はこのネットワークで起動しないでください。",
    ),
)
CAUGHT_UP = Message(
    id="23488aa8294e43c09993ee47445c2050",
    name="BOX_CAUGHT_UP",
    level=Level.NOTICE,
    en="the terminal's share was read: {parcels} claims lie there that the old box delivered after the export. numbers go on from there",
    ja="端末の共有フォルダーを確認しました。書き出しの後に前の装置が配達した請求ファイル {parcels} 件。番号はその続きからです",
    todo=Todo("Nothing to do.", "対応は不要です。"),
)

MESSAGES = (TAKEN_OVER, CAUGHT_UP)
"""The catalogue's entries of a takeover."""

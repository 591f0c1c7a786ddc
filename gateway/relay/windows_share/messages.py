"""What the share tells the journal. A file is named by its folder and a keyed digest of its name, never by the name."""

from gateway.journal import Level, Message

STARTED = Message(
    id="60a296bd835e433d860a8cb40f8e239e",
    name="DROP_SHARE_STARTED",
    level=Level.INFO,
    en="the Windows share is open to {people} people",
    ja="Windows 共有フォルダーを {people} 人に開きました",
)
STOPPED = Message(
    id="27b09b09d3684710a3cb37e8415c6bd7",
    name="DROP_SHARE_STOPPED",
    level=Level.INFO,
    en="the Windows share is closed",
    ja="Windows 共有フォルダーを閉じました",
)
RELOADED = Message(
    id="4caf8ce85ae144b185e8c46ea3403a7b",
    name="DROP_SHARE_RELOADED",
    level=Level.NOTICE,
    en="the Windows share follows the changed site file: open to {people} people",
    ja="Windows 共有フォルダーに変更後の設定を反映しました。{people} 人に開いています",
)
NOT_RELOADED = Message(
    id="ecca3a9f8e6344f08683f9cf8af12f5b",
    name="DROP_SHARE_NOT_RELOADED",
    level=Level.ERROR,
    en="the changed site file is not followed, the Windows share stays as it was: {cause}",
    ja="変更後の設定を反映できません。Windows 共有フォルダーは元のままです: {cause}",
)
CAME = Message(
    id="b9ab9eca492a4945af2eacefa634c945",
    name="DROP_SHARE_OPENED",
    level=Level.INFO,
    en="{account} opened the Windows share from {address}",
    ja="{account} が {address} から Windows 共有フォルダーを開きました",
)
WENT = Message(
    id="415246b160864d4f9678b96f06c482e5",
    name="DROP_SHARE_LEFT",
    level=Level.INFO,
    en="{account} left the Windows share, from {address}",
    ja="{account} が {address} からの Windows 共有フォルダーの使用を終えました",
)
DONE = Message(
    id="82621867525041ffbbbcff8e66c2cc0f",
    name="DROP_SHARE_DEED",
    level=Level.INFO,
    en="{account} from {address}: {deed} in {folder}, object {object}",
    ja="{account}（{address}）: {folder} で {deed}、対象 {object}",
)
DENIED = Message(
    id="63a876d0c0ba46cd8f49fd2d77d4fdc9",
    name="DROP_SHARE_DENIED",
    level=Level.NOTICE,
    en="{account} from {address}: {deed} in {folder} was refused, object {object}",
    ja="{account}（{address}）: {folder} での {deed} を拒否しました、対象 {object}",
)
LOGON_REFUSED = Message(
    id="c0b2183716ec4b6096ad78df3a98cea0",
    name="DROP_SHARE_LOGON_REFUSED",
    level=Level.WARNING,
    en="a logon to the Windows share from {address} as {account} was refused: {cause}",
    ja="{address} からの {account} としての Windows 共有フォルダーへのログオンを拒否しました: {cause}",
)
FULL = Message(
    id="c3d735f4ee45479a9b439e9f879d417e",
    name="DROP_SHARE_FULL",
    level=Level.ERROR,
    en="the Windows share takes no more files: the gateway's disk is down to its reserve. make room; it opens again by itself",
    ja="ゲートウェイのディスクの空きが予備の量まで減ったため、Windows 共有フォルダーへの書き込みを止めました。空きを作ってください。自動的に再開します",
)
ROOM = Message(
    id="6f8da650e86540e1b8189c82decac5a0",
    name="DROP_SHARE_ROOM",
    level=Level.NOTICE,
    en="there is room again: the Windows share takes files",
    ja="空きができたため、Windows 共有フォルダーへの書き込みを再開しました",
)

MESSAGES = (STARTED, STOPPED, RELOADED, NOT_RELOADED, CAME, WENT, DONE, DENIED, LOGON_REFUSED, FULL, ROOM)
"""The catalogue's entries of the share."""

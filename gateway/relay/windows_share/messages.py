"""What the share tells the journal. A file is named by its folder and a keyed digest of its name, never by the name."""

from gateway.journal import NOTHING_TODO, Level, Message, Todo

STARTED = Message(
    id="60a296bd835e433d860a8cb40f8e239e",
    name="DROP_SHARE_STARTED",
    level=Level.INFO,
    en="the Windows share is open to {people} people",
    ja="Windows 共有フォルダーを {people} 人に開きました",
    todo=NOTHING_TODO,
)
STOPPED = Message(
    id="27b09b09d3684710a3cb37e8415c6bd7",
    name="DROP_SHARE_STOPPED",
    level=Level.INFO,
    en="the Windows share is closed",
    ja="Windows 共有フォルダーを閉じました",
    todo=Todo(
        "Nothing, if somebody stopped it or the box goes down. Otherwise `systemctl start claim-gateway-share`; files that were handed in are safe.",
        "誰かが止めたか、装置の停止中であれば対応は不要です。そうでなければ `systemctl start claim-gateway-share` を実行してください。受け取ったファイルは失われません。",
    ),
)
RELOADED = Message(
    id="4caf8ce85ae144b185e8c46ea3403a7b",
    name="DROP_SHARE_RELOADED",
    level=Level.NOTICE,
    en="the Windows share follows the changed site file: open to {people} people",
    ja="Windows 共有フォルダーに変更後の設定を反映しました。{people} 人に開いています",
    todo=NOTHING_TODO,
)
NOT_RELOADED = Message(
    id="ecca3a9f8e6344f08683f9cf8af12f5b",
    name="DROP_SHARE_NOT_RELOADED",
    level=Level.ERROR,
    en="the changed site file is not followed, the Windows share stays as it was: {cause}",
    ja="変更後の設定を反映できません。Windows 共有フォルダーは元のままです: {cause}",
    todo=Todo(
        "Mend what the line names (`claim-gateway check` shows mistakes of the site file), then `systemctl reload claim-gateway-share`. A password that is new or was changed is read at a start only: `systemctl restart claim-gateway-share` instead. Until then the former people and passwords count.",
        "表示された原因を直し（サイトファイルの誤りは `claim-gateway check` で分かります）、`systemctl reload claim-gateway-share` を実行してください。パスワードを追加・変更した場合は起動時にしか読み込まれないため、代わりに `systemctl restart claim-gateway-share` を実行してください。それまでは以前の利用者とパスワードのままです。",
    ),
)
CAME = Message(
    id="b9ab9eca492a4945af2eacefa634c945",
    name="DROP_SHARE_OPENED",
    level=Level.INFO,
    en="{account} opened the Windows share from {address}",
    ja="{account} が {address} から Windows 共有フォルダーを開きました",
    todo=NOTHING_TODO,
)
WENT = Message(
    id="415246b160864d4f9678b96f06c482e5",
    name="DROP_SHARE_LEFT",
    level=Level.INFO,
    en="{account} left the Windows share, from {address}",
    ja="{account} が {address} からの Windows 共有フォルダーの使用を終えました",
    todo=NOTHING_TODO,
)
DONE = Message(
    id="82621867525041ffbbbcff8e66c2cc0f",
    name="DROP_SHARE_DEED",
    level=Level.INFO,
    en="{account} from {address}: {deed} in {folder}, object {object}",
    ja="{account}（{address}）: {folder} で {deed}、対象 {object}",
    todo=NOTHING_TODO,
)
DENIED = Message(
    id="63a876d0c0ba46cd8f49fd2d77d4fdc9",
    name="DROP_SHARE_DENIED",
    level=Level.NOTICE,
    en="{account} from {address}: {deed} in {folder} was refused, object {object}",
    ja="{account}（{address}）: {folder} での {deed} を拒否しました、対象 {object}",
    todo=Todo(
        "Nothing, if it happens once: folders people only read, and another person's folder in approvals, refuse. Repeated, ask the person what they want to do; show them docs/ja/folders.md.",
        "一度だけなら対応は不要です。読むだけのフォルダーや、ほかの人の承認フォルダーでは拒否されます。繰り返すときは本人に操作を確認し、docs/ja/folders.md を案内してください。",
    ),
)
LOGON_REFUSED = Message(
    id="c0b2183716ec4b6096ad78df3a98cea0",
    name="DROP_SHARE_LOGON_REFUSED",
    level=Level.WARNING,
    en="a logon to the Windows share from {address} as {account} was refused: {cause}",
    ja="{address} からの {account} としての Windows 共有フォルダーへのログオンを拒否しました: {cause}",
    todo=Todo(
        "Ask whoever sits at that PC. After ten wrong passwords an account stays shut for ten minutes (NT_STATUS_ACCOUNT_LOCKED_OUT). If nobody there tried, look for a foreign program on that PC. A forgotten password: write a new one into its file, then `systemctl restart claim-gateway-share`, which ends open sessions.",
        "その PC の利用者に確認してください。10 回間違えると 10 分間使えません（NT_STATUS_ACCOUNT_LOCKED_OUT）。心当たりがなければ、その PC に不審なプログラムがないか調べてください。パスワードを忘れた場合は新しいものをファイルに書き、`systemctl restart claim-gateway-share` を実行してください（使用中の接続は切れます）。",
    ),
)
FULL = Message(
    id="c3d735f4ee45479a9b439e9f879d417e",
    name="DROP_SHARE_FULL",
    level=Level.ERROR,
    en="the Windows share takes no more files: the gateway's disk is down to its reserve. make room; it opens again by itself",
    ja="ゲートウェイのディスクの空きが予備の量まで減ったため、Windows 共有フォルダーへの書き込みを止めました。空きを作ってください。自動的に再開します",
    todo=Todo(
        "Make room on the disk of `/var/lib/claim-gateway` (`df`, `df -i`, `du`): find out who put so much into the claims folder. The share opens for writing again by itself.",
        "`/var/lib/claim-gateway` のディスクに空きを作ってください（`df`、`df -i`、`du`）。請求フォルダーに大量に入れた人がいないか確認してください。書き込みは自動的に再開します。",
    ),
)
ROOM = Message(
    id="6f8da650e86540e1b8189c82decac5a0",
    name="DROP_SHARE_ROOM",
    level=Level.NOTICE,
    en="there is room again: the Windows share takes files",
    ja="空きができたため、Windows 共有フォルダーへの書き込みを再開しました",
    todo=NOTHING_TODO,
)

MESSAGES = (STARTED, STOPPED, RELOADED, NOT_RELOADED, CAME, WENT, DONE, DENIED, LOGON_REFUSED, FULL, ROOM)
"""The catalogue's entries of the share."""

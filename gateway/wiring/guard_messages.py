"""What the boot guard says. It is a shell script (systemd/claim-gateway-guard) and says it itself, in these words."""

from gateway.journal import Level, Message, Todo

FAILED = Message(
    "8b19fdcf8bcb42f185350f2a4362eb7d",
    "GUARD_FAILED",
    Level.CRITICAL,
    "The guard is not whole: {what}",
    "ガードが完全ではありません: {what}",
    todo=Todo(
        "Do not put this box into service; call the vendor. `systemctl status claim-gateway-guard` and `ip rule` show what is missing: as a rule one of the packages iproute2 and nftables, or a kernel without them. Then `systemctl restart claim-gateway-guard`; until it succeeds the enforcer is not started and nothing is opened.",
        "この装置を使用せず、保守窓口に連絡してください。`systemctl status claim-gateway-guard` と `ip rule` で不足を確認できます。多くは iproute2 または nftables のパッケージ、あるいはカーネル機能の不足です。直したら `systemctl restart claim-gateway-guard` を実行してください。成功するまでエンフォーサーは起動せず、何も開きません。",
    ),
)
CLOSED = Message(
    "0c17c5360d2b42788689d684ac005a85",
    "GUARD_CLOSED",
    Level.WARNING,
    "The box is closed: nothing passes in either direction until a site is applied.",
    "装置は閉じています。サイトが適用されるまで、どの方向にも何も通りません。",
    todo=Todo(
        "Nothing, if it is followed by POLICY_APPLIED: every boot begins so. If it stays, `journalctl -b -u claim-gateway-enforcer -e` says why no site is in force; mend that, or send the claims by the way of docs/relay.md for such days (`claim-gateway files export`).",
        "直後に POLICY_APPLIED があれば対応は不要です（起動のたびに出ます）。続く場合は `journalctl -b -u claim-gateway-enforcer -e` で、サイトが有効にならない理由を確認してください。急ぐ請求は `claim-gateway files export` で書き出して運べます。",
    ),
)
GOVERNED = Message(
    "cbfed7b9a18e4daf8bcb7b05da6adaa8",
    "GUARD_GOVERNED",
    Level.NOTICE,
    "The box is governed by the site applied last; the guard stands behind it.",
    "最後に適用されたサイトが有効です。その背後でガードが働いています。",
    todo=Todo(
        "Nothing to do. If nobody stopped the enforcer, `systemctl status claim-gateway-enforcer` says why it ended.",
        "対応は不要です。誰も止めていないのに出た場合は `systemctl status claim-gateway-enforcer` で終了の理由を確認してください。",
    ),
)
ALONE = Message(
    "ff1a0f4db6034a72b57662126e75e267",
    "GUARD_ALONE",
    Level.ERROR,
    "Neither latch nor table is loaded: only the guard's routing rules stand. Start claim-gateway-enforcer.",
    "遮断もテーブルも読み込まれておらず、ガードの経路規則だけが働いています。claim-gateway-enforcer を起動してください。",
    todo=Todo(
        "`systemctl start claim-gateway-enforcer`. Until then nothing is forwarded and nobody reaches the box by TCP or UDP. Then find out who removed the table: FOREIGN_CHANGE names the program.",
        "`systemctl start claim-gateway-enforcer` を実行してください。それまで転送は止まり、TCP・UDPで装置に接続することもできません。その後、テーブルを消したプログラムを FOREIGN_CHANGE で確認してください。",
    ),
)

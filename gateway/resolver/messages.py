"""What the resolver says."""

from gateway.journal import Level, Message, Todo

UNANSWERED = Message(
    "0543179f348e4e3f95d2349d758bb73d",
    "NAME_UNANSWERED",
    Level.WARNING,
    "{name} has no answer ({reason}): what was learned before holds until its time is over",
    "{name}の名前解決ができません（{reason}）。以前の結果は有効期限まで使用します",
    todo=Todo(
        "See whether the line is up and the name server under `management: dns:` answers. Only updates wait for it; claims do not.",
        "回線と、`management: dns:` のDNSサーバが応答しているか確認してください。影響するのは更新だけで、請求には影響しません。",
    ),
)
UNDELIVERED = Message(
    "34294936bd0946e8a842f8df61b97097",
    "NAMES_UNDELIVERED",
    Level.WARNING,
    "no enforcer takes what was learned: {reason}. start it: systemctl start claim-gateway-enforcer",
    "名前解決の結果をエンフォーサーに渡せません: {reason}",
    todo=Todo(
        "`systemctl start claim-gateway-enforcer`. Only updates wait for it; claims do not.",
        "`systemctl start claim-gateway-enforcer` を実行してください。影響するのは更新だけで、請求には影響しません。",
    ),
)

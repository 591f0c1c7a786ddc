"""What the resolver says."""

from gateway.journal import Level, Message

UNANSWERED = Message(
    "0543179f348e4e3f95d2349d758bb73d",
    "NAME_UNANSWERED",
    Level.WARNING,
    "{name} has no answer ({reason}): what was learned before holds until its time is over",
    "{name}の名前解決ができません（{reason}）。以前の結果は有効期限まで使用します",
)
UNDELIVERED = Message(
    "34294936bd0946e8a842f8df61b97097",
    "NAMES_UNDELIVERED",
    Level.WARNING,
    "no enforcer takes what was learned: {reason}. start it: systemctl start claim-gateway-enforcer",
    "名前解決の結果をエンフォーサーに渡せません: {reason}",
)

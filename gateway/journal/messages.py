"""What the journal room says about itself: what it left out, and what it could not write."""

from gateway.journal.message import Level, Message, Todo

LEFT_OUT = Message(
    "31fafb0c3d634417b2efe5ade42685a1",
    "MESSAGES_LEFT_OUT",
    Level.WARNING,
    "{which} was said more than {most} times in {minutes} minutes: {count} of them are not written here",
    "{which} が {minutes} 分間に {most} 回を超えたため、{count} 件は記録していません",
    todo=Todo(
        "Look at what is written of {which}: `journalctl CLAIM_GATEWAY_MESSAGE={which} -e`. Somebody or something makes "
        "it happen again and again. Parcels are all in the ledger: `claim-gateway files list`.",
        "記録されている {which} を確認してください（`journalctl CLAIM_GATEWAY_MESSAGE={which} -e`）。同じことが繰り返し"
        "起きています。配送物はすべて台帳にあります（`claim-gateway files list`）。",
    ),
)
MISSED = Message(
    "fb743c49c77e44ac8eb37f5b94bbbb22",
    "JOURNAL_MISSED",
    Level.WARNING,
    "the journal took nothing for a while: {count} messages of this process are not in it",
    "しばらくログに書き込めず、この処理のメッセージ {count} 件が記録されていません",
    todo=Todo(
        "Look why journald stood still: `journalctl -u systemd-journald -e`, `df /var/log`. Parcels are all in the ledger: "
        "`claim-gateway files list`.",
        "journald が止まった理由を確認してください（`journalctl -u systemd-journald -e`、`df /var/log`）。配送物はすべて"
        "台帳にあります（`claim-gateway files list`）。",
    ),
)

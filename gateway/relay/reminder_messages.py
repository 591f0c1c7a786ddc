"""The reminders as journal messages: one for each cause, in the words of `claims.reminders`. Counts, months, payers; no file's name."""

from gateway.claims.reminders import Cause, Reminder
from gateway.journal import Level, Message, Todo, tell

_IDS = {
    Cause.NOTHING_SENT: "1c1bff137c2543de82383dec9090c2a2",
    Cause.NOTHING_SENT_IN_TIME: "ee4c130ccaa94132a3c889ca066bfb7d",
    Cause.NOT_CONFIRMED: "426aa71eb6674d9ca2a4923a75f03ff5",
    Cause.HELD: "90b2c223833e46e5866e3048b2635415",
    Cause.RETURNS_NOT_FETCHED: "178d64f3feac49e686655ea813e783ea",
    Cause.RETURNS_EXPIRE: "8bbeaeb6608446d583efc1c52b10f6fd",
    Cause.RETURNS_MISSING: "4b12bbc2fc61406bbb2be4b95171bc49",
    Cause.WAITING: "d3009d67f8ed48799fcd809890c1452b",
    Cause.CERTIFICATE_EXPIRES: "c50a6a6ab2434c408a2992a159bc220d",
    Cause.CERTIFICATE_EXPIRED: "70f23dab99584e179039ba06ca8cc5c4",
}
_TODO = {
    Cause.NOTHING_SENT: Todo(
        "Make the claim file on the receipt computer and put it into the claims folder. Nothing to do in a month without claims for that payer.",
        "レセコンで請求ファイルを作り、請求フォルダーに入れてください。その審査支払機関への請求がない月は対応不要です。",
    ),
    Cause.NOTHING_SENT_IN_TIME: Todo(
        "Ask the payer today whether it may still be sent, or goes with next month's claim.",
        "まだ送信できるか、翌月分と併せて請求するか、本日中に審査支払機関へ確認してください。",
    ),
    Cause.NOT_CONFIRMED: Todo(
        "At the terminal: send, confirm the claim, wait for the 受領書 on the screen.",
        "端末で、送信、請求確定、『受領書』の表示の確認まで行ってください。",
    ),
    Cause.HELD: Todo(
        "Look into the folder 保留: the note beside each file says why it waits and who may release it.",
        "「保留」フォルダーを確認してください。各ファイルの横の説明に、理由と再開できる人が書いてあります。",
    ),
    Cause.RETURNS_NOT_FETCHED: Todo(
        "At the terminal, open the list of returns and download what is there. None is possible too.",
        "端末で返戻の一覧を開き、あればダウンロードしてください。返戻がない月もあります。",
    ),
    Cause.RETURNS_EXPIRE: Todo(
        "Download them at the terminal before that time; afterwards the payer must be asked for them on paper.",
        "期限までに端末でダウンロードしてください。過ぎた場合は審査支払機関への問い合わせが必要です。",
    ),
    Cause.RETURNS_MISSING: Todo(
        "Download them at the terminal, or look for them in the post.",
        "端末でダウンロードするか、郵送された紙の返戻を確認してください。",
    ),
    Cause.WAITING: Todo(
        "Switch the terminal on. If it is on, SHARE_DOWN or SHARE_REFUSES before this says what keeps it from answering.",
        "端末の電源を入れてください。入っている場合は、この前の SHARE_DOWN または SHARE_REFUSES に原因があります。",
    ),
    Cause.CERTIFICATE_EXPIRES: Todo(
        "Apply for a new certificate now: it takes weeks. Then write the new date under `certificates:` in the site file.",
        "更新には数週間かかります。早めに手続きをしてください。更新後はサイトファイルの `certificates:` の日付を書き換えてください。",
    ),
    Cause.CERTIFICATE_EXPIRED: Todo(
        "Call the payer's help desk for the certificate. Claims of this month go on the medium or the way the payer names. If it was renewed, write the new date under `certificates:` in the site file.",
        "電子証明書について審査支払機関の窓口に連絡してください。当月の請求方法も併せて確認してください。更新済みの場合は、サイトファイルの `certificates:` の日付を書き換えてください。",
    ),
}

REMINDERS = {
    cause: Message(
        id=_IDS[cause],
        name=f"REMINDER_{cause.name}",
        level=Level.WARNING,
        en=cause.says.en,
        ja=cause.says.ja,
        todo=_TODO[cause],
    )
    for cause in Cause
}
MESSAGES = tuple(REMINDERS.values())
"""The catalogue's entries of the reminders."""


def remind(reminder: Reminder) -> None:
    """Tell the journal."""
    message = REMINDERS[reminder.cause]
    tell(message, **{name: reminder.figures[name] for name in message.fields})

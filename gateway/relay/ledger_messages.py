"""What the journal hears about the ledger. Heads and counts; never a name."""

from gateway.journal import Level, Message, Todo

HEAD = Message(
    id="248847fe0d6f4fab8273c90352c47c8f",
    name="LEDGER_HEAD",
    level=Level.INFO,
    en="the ledger's audit chain ends at {head}. claim-gateway files verify --head checks it against this",
    ja="台帳の監査チェーンの末尾は {head} です。claim-gateway files verify --head で照合できます",
    todo=Todo(
        "Nothing to do. Kept elsewhere (a remote journal, a printed line), it shows later that nothing was cut off the ledger's end.",
        "対応は不要です。別の場所（ログの転送先や印刷）に残しておくと、後で台帳の末尾が欠けていないことを示せます。",
    ),
)
REBUILT = Message(
    id="95cf000c284b4465a1ea91564d055c4a",
    name="LEDGER_REBUILT",
    level=Level.WARNING,
    en="the ledger was rebuilt from the file with sha256 {old}: {parcels} parcels came over, {held} wait for a person, {lost} rows could not be read",
    ja="台帳を作り直しました（元のファイルの sha256 {old}）。引き継ぎ {parcels} 件、保留 {held} 件、読めない行 {lost} 件",
    todo=Todo(
        "`claim-gateway files list` shows what waits: compare each with what lies on the terminal before releasing it, so that none is sent twice.",
        "`claim-gateway files list` で待っているものを確認し、二重送信にならないよう、端末にあるファイルと一つずつ見比べてから再開してください。",
    ),
)
EXPORTED = Message(
    id="ec44ce226bdf4bb3914cd0d5ee934f57",
    name="PARCELS_EXPORTED",
    level=Level.NOTICE,
    en="{parcels} parcels were exported, encrypted, as the archive with sha256 {archive}; {held} of them wait for a person now",
    ja="{parcels} 件を暗号化して書き出しました（sha256 {archive}）。うち {held} 件を保留にしました",
    todo=Todo(
        "Carry the medium to the terminal and lock it away or erase it afterwards. What is held now is rejected once it was sent by hand.",
        "媒体を端末に運び、使用後は施錠保管するか消去してください。手作業で送信したものは、保留になっている分を却下してください。",
    ),
)

MESSAGES = (HEAD, REBUILT, EXPORTED)
"""The catalogue's entries of the ledger."""

"""What the journal hears about the ledger. Heads and counts; never a name."""

from gateway.journal import Level, Message

HEAD = Message(
    id="248847fe0d6f4fab8273c90352c47c8f",
    name="LEDGER_HEAD",
    level=Level.INFO,
    en="the ledger's audit chain ends at {head}. claim-gateway files verify --head checks it against this",
    ja="台帳の監査チェーンの末尾は {head} です。claim-gateway files verify --head で照合できます",
)
REBUILT = Message(
    id="95cf000c284b4465a1ea91564d055c4a",
    name="LEDGER_REBUILT",
    level=Level.WARNING,
    en="the ledger was rebuilt from the file with sha256 {old}: {parcels} parcels came over, {held} wait for a person, {lost} rows could not be read",
    ja="台帳を作り直しました（元のファイルの sha256 {old}）。引き継ぎ {parcels} 件、保留 {held} 件、読めない行 {lost} 件",
)
EXPORTED = Message(
    id="ec44ce226bdf4bb3914cd0d5ee934f57",
    name="PARCELS_EXPORTED",
    level=Level.NOTICE,
    en="{parcels} parcels were exported, encrypted, as the archive with sha256 {archive}; {held} of them wait for a person now",
    ja="{parcels} 件を暗号化して書き出しました（sha256 {archive}）。うち {held} 件を保留にしました",
)

MESSAGES = (HEAD, REBUILT, EXPORTED)
"""The catalogue's entries of the ledger."""

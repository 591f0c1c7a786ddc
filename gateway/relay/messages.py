"""What the relay tells the journal. Parcels are named by id, kind, size, payer, month and counts; never by file name."""

from gateway.journal import Level, Message

STARTED = Message(
    id="ea87830068b342069b4245d49c15182d",
    name="RELAY_STARTED",
    level=Level.INFO,
    en="relay started; {waiting} parcels go on from where they were",
    ja="中継を開始しました。途中の {waiting} 件を続けます",
)
STOPPED = Message(
    id="357899a8f04849aea47284f287ef7095",
    name="RELAY_STOPPED",
    level=Level.INFO,
    en="relay stopped; {waiting} parcels are on their way and safe in the spool",
    ja="中継を停止しました。途中の {waiting} 件は保管庫にあります",
)
FAILED = Message(
    id="514fd7cdf81b4a2db01f2ed50f27e8e6",
    name="RELAY_FAILED",
    level=Level.CRITICAL,
    en="relay stopped because the disk or the ledger failed: {cause}. have the disk looked at before starting it again",
    ja="ディスクまたは台帳の障害のため中継を停止しました: {cause}。ディスクを点検してから再開してください",
)
RECOVERED = Message(
    id="c0e815bc70a445bb81697d970d39cdfc",
    name="PARCEL_RECOVERED",
    level=Level.NOTICE,
    en="parcel {parcel} goes on after a restart from {state}",
    ja="再起動後、配送物 {parcel} を {state} から続けます",
)
TAKEN = Message(
    id="aae8617a3e824d8ead3dbe1f432802da",
    name="PARCEL_TAKEN",
    level=Level.INFO,
    en="{direction} parcel {parcel} taken: {size} bytes, sha256 {digest}",
    ja="{direction} 配送物 {parcel} を受け取りました: {size} バイト、sha256 {digest}",
)
DELIVERED = Message(
    id="6e7f592b00a74422a57630dcf146b0bd",
    name="PARCEL_DELIVERED",
    level=Level.NOTICE,
    en="{direction} parcel {parcel} delivered as number {number}: {kind}, payer {payer}, month {month}, {size} bytes, {count} counted, {points} points, attempt {attempt}",
    ja="{direction} 配送物 {parcel} を {number} 回目として配達しました: {kind}、支払機関 {payer}、{month}、{size} バイト、{count} 件、{points} 点、試行 {attempt}",
)
DUPLICATE = Message(
    id="aa6be2508e9a4b27b5612b963a628c82",
    name="PARCEL_DUPLICATE",
    level=Level.NOTICE,
    en="{direction} parcel {parcel} is the file already delivered as number {number}, which still lies there: not sent again",
    ja="{direction} 配送物 {parcel} は {number} 回目に配達済みの同じファイルです。配達先に残っているため再送しません",
)
HELD = Message(
    id="b9b0330431f44517afef213c5e99ab15",
    name="PARCEL_HELD",
    level=Level.WARNING,
    en="{direction} parcel {parcel} waits for a person: {reasons} ({size} bytes)",
    ja="{direction} 配送物 {parcel} を保留しました: {reasons}（{size} バイト）",
)
DOUBTED = Message(
    id="922cf1e6243d472dba3fcdec0b2977a4",
    name="PARCEL_DOUBTED",
    level=Level.NOTICE,
    en="{direction} parcel {parcel} travels on, with warnings for its slip: {rules}",
    ja="{direction} 配送物 {parcel} は注意つきで運びます: {rules}",
)
DIFFERED = Message(
    id="1bbc6d86a217488bbc5e9d1fd91c61f6",
    name="DELIVERY_DIFFERED",
    level=Level.WARNING,
    en="{direction} parcel {parcel}, attempt {attempt}: the target gave back other bytes than it was sent; nothing was published, a new attempt follows",
    ja="{direction} 配送物 {parcel}、試行 {attempt}: 読み戻した内容が送った内容と異なります。公開せずにやり直します",
)
LEFT_ALONE = Message(
    id="21346e860e7149fe8a5585e808a8c0fd",
    name="DROP_LEFT_ALONE",
    level=Level.WARNING,
    en="something in the claims folder is not taken: {oddity}. a note in the held folder says which and why",
    ja="請求フォルダーに受け取れないものがあります: {oddity}。保留フォルダーの説明をご覧ください",
)
DROP_UNREADABLE = Message(
    id="e0b37f4bc8c94c6d90d7c4a746bf2234",
    name="DROP_UNREADABLE",
    level=Level.ERROR,
    en="the claims folder cannot be read: {cause}",
    ja="請求フォルダーを読めません: {cause}",
)
SHARE_UP = Message(
    id="c55e13499fbd4bf7961cf7c2f05951ff",
    name="SHARE_UP",
    level=Level.INFO,
    en="the terminal's share answers",
    ja="端末の共有フォルダーに接続できました",
)
SHARE_ASLEEP = Message(
    id="fd3ee194950e48f2b8983b58ef3dd282",
    name="SHARE_ASLEEP",
    level=Level.INFO,
    en="the terminal's share does not answer ({code}); the site says it may be asleep. files wait",
    ja="端末の共有フォルダーが応答しません ({code})。休止中は正常です。ファイルは待機します",
)
SHARE_DOWN = Message(
    id="32d5a060b45e4562b8098c873ae809a0",
    name="SHARE_DOWN",
    level=Level.WARNING,
    en="the terminal's share does not answer ({code}). files wait; look at the terminal, its cable and its firewall",
    ja="端末の共有フォルダーが応答しません ({code})。ファイルは待機します。端末、ケーブル、ファイアウォールを確認してください",
)
SHARE_REFUSES = Message(
    id="0627a531450144f19c7cb3ffd68b8d4d",
    name="SHARE_REFUSES",
    level=Level.ERROR,
    en="the terminal refuses the relay ({code}). files wait; see its password, its share and its free space",
    ja="端末が中継を拒否しました ({code})。ファイルは待機します。パスワード、共有設定、空き容量を確認してください",
)
FAULT = Message(
    id="fc176b51a4ac4d83a1dbbcc62568c85c",
    name="PARCEL_FAULT",
    level=Level.ERROR,
    en="parcel {parcel} met an error in the relay that nobody foresaw ({kind}); it is held or waits, the others go on. call the vendor",
    ja="配送物 {parcel} の処理中に想定外のエラーが起きました ({kind})。この配送物は保留または待機し、ほかは続けます。保守窓口に連絡してください",
)
LEDGER_WAITS = Message(
    id="9c43a1a3deb54eb0a6c57232f92363cd",
    name="LEDGER_WAITS",
    level=Level.ERROR,
    en="the ledger takes no step now ({cause}); parcels wait where they are. make room on the disk, or end what locks the ledger",
    ja="台帳に書き込めません ({cause})。配送物はそのまま待機します。ディスクの空きを作るか、台帳を使っている処理を終了してください",
)
LEDGER_GOES_ON = Message(
    id="bb55684b89004ac38228dae34f9e8ee9",
    name="LEDGER_GOES_ON",
    level=Level.NOTICE,
    en="the ledger takes steps again",
    ja="台帳への書き込みを再開しました",
)
LOCAL_TROUBLE = Message(
    id="64db0343ff074ac69d21ae6d16a09305",
    name="LOCAL_TROUBLE",
    level=Level.ERROR,
    en="the gateway's own disk: {place} does not work ({code}). files wait; look at its free space, its rights and its health",
    ja="ゲートウェイ自身のディスクの {place} に問題があります ({code})。ファイルは待機します。空き容量、権限、ディスクの状態を確認してください",
)
RETURN_LEFT = Message(
    id="7951ff14f62945b9b9d8867900ecb37d",
    name="RETURN_LEFT",
    level=Level.ERROR,
    en="a return of {size} bytes stays on the terminal ({code}): look at it there, or make room on the gateway's disk",
    ja="{size} バイトの返戻ファイルを端末に残しています ({code})。端末で確認するか、ゲートウェイのディスクの空きを作ってください",
)
HINTS_LOST = Message(
    id="60abc41e77ec47439688909af94540bd",
    name="HINTS_LOST",
    level=Level.NOTICE,
    en="the watch on the claims folder ended and is set up again; until then the timer alone looks",
    ja="請求フォルダーの監視が途切れたため再開します。その間は定期確認のみ行います",
)
SPOOL_UNKNOWN = Message(
    id="9a4dbf83703c450e91dfd459e2c445a1",
    name="SPOOL_UNKNOWN",
    level=Level.WARNING,
    en="the spool holds {files} files the ledger does not know; they are kept. ask the vendor",
    ja="保管庫に台帳にないファイルが {files} 件あります。消さずに残しています。保守窓口に連絡してください",
)
RELEASED = Message(
    id="aa8e161fad1840b9badba3f47827112e",
    name="PARCEL_RELEASED",
    level=Level.NOTICE,
    en="{direction} parcel {parcel}, held for {reasons}, was released by a person and travels on; the ledger has their name",
    ja="{reasons} で保留していた {direction} 配送物 {parcel} は人の承認により再開します（氏名は台帳にあります）",
)
REJECTED = Message(
    id="53b91229194b40218aa56dbb4a51acfe",
    name="PARCEL_REJECTED",
    level=Level.NOTICE,
    en="held {direction} parcel {parcel} will not be delivered: {decided}",
    ja="保留していた {direction} 配送物 {parcel} は配達しません: {decided}",
)
CLEARED = Message(
    id="ce4e7845b8b8469eb1efb293a3afe072",
    name="PARCEL_CLEARED",
    level=Level.INFO,
    en="the retention of {direction} parcel {parcel} is over: its files and its name are erased, the record of it stays",
    ja="{direction} 配送物 {parcel} の保存期間が終わりました。ファイルとファイル名を消去し、記録は残します",
)
DECISION_REFUSED = Message(
    id="eaa7930b1fa242d8b2d59947081d8946",
    name="DECISION_REFUSED",
    level=Level.WARNING,
    en="a person's decision on a held file is not carried out ({code}); a note in the held folder or the ledger says more",
    ja="保留のファイルについての指示は実行していません ({code})。保留フォルダーの説明または台帳を確認してください",
)
NOT_ERASED = Message(
    id="2b911cd4937249f1a7b93ea1c6a28d9c",
    name="RETENTION_KEPT",
    level=Level.NOTICE,
    en="{files} files whose retention is over were changed by people and stay where they are",
    ja="保存期間の終わったファイルのうち {files} 件は、人が変更したため残しています",
)
CHORES_WAIT = Message(
    id="28633f58cc5b4689b45ab01dd72b7c62",
    name="CHORES_WAIT",
    level=Level.WARNING,
    en="retention and reminders could not be looked at ({code}); they are tried again",
    ja="保存期間とお知らせを確認できませんでした ({code})。後でやり直します",
)
CLOCK_DOUBTED = Message(
    id="59262fd746384afcabe20fd0a85f7534",
    name="CLOCK_DOUBTED",
    level=Level.WARNING,
    en="the clock jumped, or is far ahead of everything the ledger knows: nothing is erased or pruned for a day. set it right",
    ja="時計が大きく変わったか、台帳の最後の記録よりかなり進んでいます。1日の間は何も消去しません。時計を確認してください",
)

MESSAGES = (
    STARTED, STOPPED, FAILED, RECOVERED, TAKEN, DELIVERED, DUPLICATE, HELD, DOUBTED, DIFFERED, LEFT_ALONE,
    DROP_UNREADABLE, SHARE_UP, SHARE_ASLEEP, SHARE_DOWN, SHARE_REFUSES, HINTS_LOST, SPOOL_UNKNOWN,
    RELEASED, REJECTED, CLEARED, DECISION_REFUSED, CHORES_WAIT, CLOCK_DOUBTED, NOT_ERASED,
    FAULT, LEDGER_WAITS, LEDGER_GOES_ON, LOCAL_TROUBLE, RETURN_LEFT,
)  # fmt: skip
"""The catalogue's entries of this room."""

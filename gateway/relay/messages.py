"""What the relay tells the journal. Parcels are named by id, kind, size, payer, month and counts; never by file name."""

from gateway.journal import NOTHING_TODO, Level, Message, Todo

STARTED = Message(
    id="ea87830068b342069b4245d49c15182d",
    name="RELAY_STARTED",
    level=Level.INFO,
    en="relay started; {waiting} parcels go on from where they were",
    ja="中継を開始しました。途中の {waiting} 件を続けます",
    todo=Todo(
        "Nothing to do. If nobody restarted it, the lines before this one say why it ended: `journalctl -u claim-gateway-relay -e`.",
        "対応は不要です。誰も再起動していない場合は、その前の行に理由があります（`journalctl -u claim-gateway-relay -e`）。",
    ),
)
STOPPED = Message(
    id="357899a8f04849aea47284f287ef7095",
    name="RELAY_STOPPED",
    level=Level.INFO,
    en="relay stopped; {waiting} parcels are on their way and safe in the spool",
    ja="中継を停止しました。途中の {waiting} 件は保管庫にあります",
    todo=Todo(
        "Nothing, if somebody stopped it or the box goes down. Otherwise `systemctl start claim-gateway-relay`; no file is lost.",
        "誰かが止めたか、装置の停止中であれば対応は不要です。そうでなければ `systemctl start claim-gateway-relay` を実行してください。失われたファイルはありません。",
    ),
)
FAILED = Message(
    id="514fd7cdf81b4a2db01f2ed50f27e8e6",
    name="RELAY_FAILED",
    level=Level.CRITICAL,
    en="relay stopped because the disk or the ledger failed: {cause}. have the disk looked at before starting it again",
    ja="ディスクまたは台帳の障害のため中継を停止しました: {cause}。ディスクを点検してから再開してください",
    todo=Todo(
        "Do not start it again before the disk was looked at (`dmesg`, `smartctl -a`, `df`): what was confirmed as written may not be. Then `claim-gateway files verify`; if the ledger is damaged, `claim-gateway files rebuild`. Urgent claims go by hand from the receipt PC meanwhile.",
        "ディスクを点検する（`dmesg`、`smartctl -a`、`df`）まで再開しないでください。書き込み済みのはずの内容が失われている可能性があります。点検後 `claim-gateway files verify` を実行し、台帳が壊れていれば `claim-gateway files rebuild` で作り直してください。急ぐ請求はその間、手作業で運んでください。",
    ),
)
RECOVERED = Message(
    id="c0e815bc70a445bb81697d970d39cdfc",
    name="PARCEL_RECOVERED",
    level=Level.NOTICE,
    en="parcel {parcel} goes on after a restart from {state}",
    ja="再起動後、配送物 {parcel} を {state} から続けます",
    todo=NOTHING_TODO,
)
TAKEN = Message(
    id="aae8617a3e824d8ead3dbe1f432802da",
    name="PARCEL_TAKEN",
    level=Level.INFO,
    en="{direction} parcel {parcel} taken: {size} bytes, sha256 {digest}",
    ja="{direction} 配送物 {parcel} を受け取りました: {size} バイト、sha256 {digest}",
    todo=NOTHING_TODO,
)
DELIVERED = Message(
    id="6e7f592b00a74422a57630dcf146b0bd",
    name="PARCEL_DELIVERED",
    level=Level.NOTICE,
    en="{direction} parcel {parcel} delivered as number {number}: {kind}, payer {payer}, month {month}, {size} bytes, {count} counted, {points} points, attempt {attempt}",
    ja="{direction} 配送物 {parcel} を {number} 回目として配達しました: {kind}、支払機関 {payer}、{month}、{size} バイト、{count} 件、{points} 点、試行 {attempt}",
    todo=Todo(
        "For a claim: somebody at the terminal sends it, confirms it and waits for the 受領書; delivered is not claimed. For a return: it lies in the people's folder.",
        "請求ファイルの場合: 端末で送信し、請求確定を行い、『受領書』の表示を確認してください。配達は請求の完了ではありません。返戻ファイルの場合: 共有フォルダーにあります。",
    ),
)
DUPLICATE = Message(
    id="aa6be2508e9a4b27b5612b963a628c82",
    name="PARCEL_DUPLICATE",
    level=Level.NOTICE,
    en="{direction} parcel {parcel} is the file already delivered as number {number}, which still lies there: not sent again",
    ja="{direction} 配送物 {parcel} は {number} 回目に配達済みの同じファイルです。配達先に残っているため再送しません",
    todo=Todo(
        "Nothing, if the file was put in twice. If it is to be sent once more on purpose, take the former one off the terminal first.",
        "同じファイルを二度入れただけなら対応は不要です。あえて再送する場合は、先に端末にあるファイルを片付けてください。",
    ),
)
HELD = Message(
    id="b9b0330431f44517afef213c5e99ab15",
    name="PARCEL_HELD",
    level=Level.WARNING,
    en="{direction} parcel {parcel} waits for a person: {reasons} ({size} bytes)",
    ja="{direction} 配送物 {parcel} を保留しました: {reasons}（{size} バイト）",
    todo=Todo(
        "Somebody in the house looks into the folder 保留: the note beside the file says why it waits and who may release it. From the box: `claim-gateway files show {parcel}`, then `claim-gateway files release` or `reject`.",
        "共有フォルダーの「保留」にある説明をご覧ください。理由と、再開できる人が書いてあります。装置では `claim-gateway files show {parcel}` で確認し、`claim-gateway files release` または `reject` を実行します。",
    ),
)
DOUBTED = Message(
    id="922cf1e6243d472dba3fcdec0b2977a4",
    name="PARCEL_DOUBTED",
    level=Level.NOTICE,
    en="{direction} parcel {parcel} travels on, with warnings for its slip: {rules}",
    ja="{direction} 配送物 {parcel} は注意つきで運びます: {rules}",
    todo=Todo(
        "The delivery slip names the warnings: compare them on the receipt computer before the claim is confirmed on the terminal.",
        "注意の内容は配達票にあります。端末で請求確定する前に、レセコンで内容を確認してください。",
    ),
)
DIFFERED = Message(
    id="1bbc6d86a217488bbc5e9d1fd91c61f6",
    name="DELIVERY_DIFFERED",
    level=Level.WARNING,
    en="{direction} parcel {parcel}, attempt {attempt}: the target gave back other bytes than it was sent; nothing was published, a new attempt follows",
    ja="{direction} 配送物 {parcel}、試行 {attempt}: 読み戻した内容が送った内容と異なります。公開せずにやり直します",
    todo=Todo(
        "Nothing, if it came once: a new attempt follows. If it comes again, the terminal's disk, its antivirus or the network between damages files: have the terminal looked at.",
        "一度だけなら対応は不要です。自動でやり直します。繰り返す場合は、端末のディスク、ウイルス対策ソフト、または途中のネットワークがファイルを壊しています。端末を点検してください。",
    ),
)
LEFT_ALONE = Message(
    id="21346e860e7149fe8a5585e808a8c0fd",
    name="DROP_LEFT_ALONE",
    level=Level.WARNING,
    en="something in the claims folder is not taken: {oddity}. a note in the held folder says which and why",
    ja="請求フォルダーに受け取れないものがあります: {oddity}。保留フォルダーの説明をご覧ください",
    todo=Todo(
        "Read the note in the folder 保留, and take out of the claims folder what does not belong there: folders, links, programs' own files.",
        "「保留」フォルダーの説明を読み、請求フォルダーから不要なもの（フォルダー、リンク、ソフトが作ったファイルなど）を取り除いてください。",
    ),
)
DROP_UNREADABLE = Message(
    id="e0b37f4bc8c94c6d90d7c4a746bf2234",
    name="DROP_UNREADABLE",
    level=Level.ERROR,
    en="the claims folder cannot be read: {cause}",
    ja="請求フォルダーを読めません: {cause}",
    todo=Todo(
        "`ls -ld` on the folders below /var/lib/claim-gateway: they belong to claim-gateway-relay. ENOSPC or EIO means the disk itself: `df`, `dmesg`. Nothing was taken meanwhile; the files still lie there.",
        "/var/lib/claim-gateway 以下のフォルダーの所有者が claim-gateway-relay か `ls -ld` で確認してください。ENOSPC や EIO ならディスクの問題です（`df`、`dmesg`）。ファイルは受け取らずにそのまま残しています。",
    ),
)
SHARE_UP = Message(
    id="c55e13499fbd4bf7961cf7c2f05951ff",
    name="SHARE_UP",
    level=Level.INFO,
    en="the terminal's share answers",
    ja="端末の共有フォルダーに接続できました",
    todo=NOTHING_TODO,
)
SHARE_ASLEEP = Message(
    id="fd3ee194950e48f2b8983b58ef3dd282",
    name="SHARE_ASLEEP",
    level=Level.INFO,
    en="the terminal's share does not answer ({code}); the site says it may be asleep. files wait",
    ja="端末の共有フォルダーが応答しません ({code})。休止中は正常です。ファイルは待機します",
    todo=Todo(
        "Nothing, outside the hours of sending. To send now, switch the terminal on; files go by themselves once it answers.",
        "送信時間外であれば対応は不要です。今送る場合は端末の電源を入れてください。応答すれば自動で届けます。",
    ),
)
SHARE_DOWN = Message(
    id="32d5a060b45e4562b8098c873ae809a0",
    name="SHARE_DOWN",
    level=Level.WARNING,
    en="the terminal's share does not answer ({code}). files wait; look at the terminal, its cable and its firewall",
    ja="端末の共有フォルダーが応答しません ({code})。ファイルは待機します。端末、ケーブル、ファイアウォールを確認してください",
    todo=Todo(
        "Look, in this order: is the terminal on and not asleep, is its cable in, does its firewall let this box in (`claim-gateway terminal-sheet`)? Files go by themselves once it answers.",
        "端末の電源とスリープ、ケーブル、端末のファイアウォール（`claim-gateway terminal-sheet` の手順）の順に確認してください。応答すれば自動で届けます。",
    ),
)
SHARE_REFUSES = Message(
    id="0627a531450144f19c7cb3ffd68b8d4d",
    name="SHARE_REFUSES",
    level=Level.ERROR,
    en="the terminal refuses the relay ({code}). files wait; see its password, its share and its free space",
    ja="端末が中継を拒否しました ({code})。ファイルは待機します。パスワード、共有設定、空き容量を確認してください",
    todo=Todo(
        "By its code: logon or access – the password on this box and on the terminal differ, or the account may not write there; no space – make room on the terminal. `claim-gateway terminal-sheet` has every step. Files wait.",
        "コードがログオンやアクセスに関するものなら、装置と端末のパスワードの不一致、または書き込み権限の不足です。容量に関するものなら、端末の空きを作ってください。手順は `claim-gateway terminal-sheet` にあります。ファイルは待機します。",
    ),
)
FAULT = Message(
    id="fc176b51a4ac4d83a1dbbcc62568c85c",
    name="PARCEL_FAULT",
    level=Level.ERROR,
    en="parcel {parcel} met an error in the relay that nobody foresaw ({kind}); it is held or waits, the others go on. call the vendor",
    ja="配送物 {parcel} の処理中に想定外のエラーが起きました ({kind})。この配送物は保留または待機し、ほかは続けます。保守窓口に連絡してください",
    todo=Todo(
        "Send the vendor the lines around this one (`journalctl -u claim-gateway-relay -e`): they hold no patient's data. A claim that hurries goes by hand meanwhile; `claim-gateway files show {parcel}` says where it stands.",
        "この前後の行（`journalctl -u claim-gateway-relay -e`、患者情報は含みません）を保守窓口に送ってください。急ぐ請求は手作業で運んでください。状態は `claim-gateway files show {parcel}` で確認できます。",
    ),
)
LEDGER_WAITS = Message(
    id="9c43a1a3deb54eb0a6c57232f92363cd",
    name="LEDGER_WAITS",
    level=Level.ERROR,
    en="the ledger takes no step now ({cause}); parcels wait where they are. make room on the disk, or end what locks the ledger",
    ja="台帳に書き込めません ({cause})。配送物はそのまま待機します。ディスクの空きを作るか、台帳を使っている処理を終了してください",
    todo=Todo(
        "`df /var/lib/claim-gateway`: make room if it is full. Otherwise a backup or a `claim-gateway files` command holds the ledger: let it end. The relay goes on by itself and says LEDGER_GOES_ON.",
        "`df /var/lib/claim-gateway` で空きを確認し、満杯なら空けてください。そうでなければ、バックアップや `claim-gateway files` のコマンドが台帳を使っています。終わるのを待ってください。中継は自動で再開し、LEDGER_GOES_ON が出ます。",
    ),
)
LEDGER_GOES_ON = Message(
    id="bb55684b89004ac38228dae34f9e8ee9",
    name="LEDGER_GOES_ON",
    level=Level.NOTICE,
    en="the ledger takes steps again",
    ja="台帳への書き込みを再開しました",
    todo=NOTHING_TODO,
)
LOCAL_TROUBLE = Message(
    id="64db0343ff074ac69d21ae6d16a09305",
    name="LOCAL_TROUBLE",
    level=Level.ERROR,
    en="the gateway's own disk: {place} does not work ({code}). files wait; look at its free space, its rights and its health",
    ja="ゲートウェイ自身のディスクの {place} に問題があります ({code})。ファイルは待機します。空き容量、権限、ディスクの状態を確認してください",
    todo=Todo(
        "ENOSPC: `df /var/lib/claim-gateway`, make room. EACCES: the folders belong to claim-gateway-relay. EIO: the disk is dying, call the vendor. It is tried again by itself; nothing acknowledged is lost.",
        "ENOSPC なら `df /var/lib/claim-gateway` を確認して空きを作ってください。EACCES ならフォルダーの所有者を claim-gateway-relay に直してください。EIO ならディスクの故障です。保守窓口に連絡してください。自動で再試行し、受け取り済みのファイルは失われません。",
    ),
)
RETURN_LEFT = Message(
    id="7951ff14f62945b9b9d8867900ecb37d",
    name="RETURN_LEFT",
    level=Level.ERROR,
    en="a return of {size} bytes stays on the terminal ({code}): look at it there, or make room on the gateway's disk",
    ja="{size} バイトの返戻ファイルを端末に残しています ({code})。端末で確認するか、ゲートウェイのディスクの空きを作ってください",
    todo=Todo(
        "The return still lies on the terminal, nothing is lost: fetch it there by hand if it hurries. A code that speaks of space means this box's disk: `df /var/lib/claim-gateway`.",
        "返戻ファイルは端末に残っており、失われていません。急ぐ場合は端末で直接確認してください。容量に関するコードであれば、装置のディスクを確認してください（`df /var/lib/claim-gateway`）。",
    ),
)
HINTS_LOST = Message(
    id="60abc41e77ec47439688909af94540bd",
    name="HINTS_LOST",
    level=Level.NOTICE,
    en="the watch on the claims folder ended and is set up again; until then the timer alone looks",
    ja="請求フォルダーの監視が途切れたため再開します。その間は定期確認のみ行います",
    todo=Todo(
        "Nothing to do. If it comes every few minutes, very many files lie in the folder: tidy it up.",
        "対応は不要です。数分ごとに出る場合はフォルダーのファイルが多すぎます。整理してください。",
    ),
)
SPOOL_UNKNOWN = Message(
    id="9a4dbf83703c450e91dfd459e2c445a1",
    name="SPOOL_UNKNOWN",
    level=Level.WARNING,
    en="the spool holds {files} files the ledger does not know; they are kept. ask the vendor",
    ja="保管庫に台帳にないファイルが {files} 件あります。消さずに残しています。保守窓口に連絡してください",
    todo=Todo(
        "Leave them where they are. `claim-gateway files verify` says whether the ledger is whole; then the vendor decides what they were.",
        "そのまま残してください。`claim-gateway files verify` で台帳に問題がないか確認し、保守窓口に相談してください。",
    ),
)
RELEASED = Message(
    id="aa8e161fad1840b9badba3f47827112e",
    name="PARCEL_RELEASED",
    level=Level.NOTICE,
    en="{direction} parcel {parcel}, held for {reasons}, was released by a person and travels on; the ledger has their name",
    ja="{reasons} で保留していた {direction} 配送物 {parcel} は人の承認により再開します（氏名は台帳にあります）",
    todo=Todo(
        "Nothing to do. Who released it, and why: `claim-gateway files show {parcel}`.",
        "対応は不要です。誰がなぜ再開したかは `claim-gateway files show {parcel}` で確認できます。",
    ),
)
REJECTED = Message(
    id="53b91229194b40218aa56dbb4a51acfe",
    name="PARCEL_REJECTED",
    level=Level.NOTICE,
    en="held {direction} parcel {parcel} will not be delivered: {decided}",
    ja="保留していた {direction} 配送物 {parcel} は配達しません: {decided}",
    todo=Todo(
        "Nothing, if that was meant. A corrected file goes into the claims folder like any other.",
        "意図した操作であれば対応は不要です。訂正したファイルは、通常どおり請求フォルダーに入れてください。",
    ),
)
CLEARED = Message(
    id="ce4e7845b8b8469eb1efb293a3afe072",
    name="PARCEL_CLEARED",
    level=Level.INFO,
    en="the retention of {direction} parcel {parcel} is over: its files and its name are erased, the record of it stays",
    ja="{direction} 配送物 {parcel} の保存期間が終わりました。ファイルとファイル名を消去し、記録は残します",
    todo=NOTHING_TODO,
)
DECISION_REFUSED = Message(
    id="eaa7930b1fa242d8b2d59947081d8946",
    name="DECISION_REFUSED",
    level=Level.WARNING,
    en="a person's decision on a held file is not carried out ({code}); a note in the held folder or the ledger says more",
    ja="保留のファイルについての指示は実行していません ({code})。保留フォルダーの説明または台帳を確認してください",
    todo=Todo(
        "Read the note beside the file in 保留: it says what was missing (the right person's folder, or a file that was changed). `claim-gateway files list` shows what still waits.",
        "「保留」のファイルの横にある説明を読んでください。何が足りなかったか（承認者のフォルダー、変更されたファイルなど）が書いてあります。待っているものは `claim-gateway files list` で確認できます。",
    ),
)
NOT_ERASED = Message(
    id="2b911cd4937249f1a7b93ea1c6a28d9c",
    name="RETENTION_KEPT",
    level=Level.NOTICE,
    en="{files} files whose retention is over were changed by people and stay where they are",
    ja="保存期間の終わったファイルのうち {files} 件は、人が変更したため残しています",
    todo=Todo(
        "Somebody looks through the folders and erases what is no longer needed: it holds patients' data, and nobody else erases it.",
        "フォルダーを確認し、不要なものを消去してください。患者情報を含みますが、自動では消去されません。",
    ),
)
CHORES_WAIT = Message(
    id="28633f58cc5b4689b45ab01dd72b7c62",
    name="CHORES_WAIT",
    level=Level.WARNING,
    en="retention and reminders could not be looked at ({code}); they are tried again",
    ja="保存期間とお知らせを確認できませんでした ({code})。後でやり直します",
    todo=Todo(
        "Nothing, if it came once. If it stays, look at the disk: `df`, `dmesg`. Files go on being carried.",
        "一度だけなら対応は不要です。続く場合はディスクを確認してください（`df`、`dmesg`）。ファイルの受け渡しは続きます。",
    ),
)
CLOCK_DOUBTED = Message(
    id="59262fd746384afcabe20fd0a85f7534",
    name="CLOCK_DOUBTED",
    level=Level.WARNING,
    en="the clock jumped, or is far ahead of everything the ledger knows: nothing is erased or pruned for a day. set it right",
    ja="時計が大きく変わったか、台帳の最後の記録よりかなり進んでいます。1日の間は何も消去しません。時計を確認してください",
    todo=Todo(
        "Compare `date` with a watch and see `chronyc tracking`. After a long time without power it is right as it is, and erasing begins again a day later by itself.",
        "`date` を時計と見比べ、`chronyc tracking` を確認してください。長く電源を切っていた後であれば正常で、1日後に消去を自動で再開します。",
    ),
)

MESSAGES = (
    STARTED, STOPPED, FAILED, RECOVERED, TAKEN, DELIVERED, DUPLICATE, HELD, DOUBTED, DIFFERED, LEFT_ALONE,
    DROP_UNREADABLE, SHARE_UP, SHARE_ASLEEP, SHARE_DOWN, SHARE_REFUSES, HINTS_LOST, SPOOL_UNKNOWN,
    RELEASED, REJECTED, CLEARED, DECISION_REFUSED, CHORES_WAIT, CLOCK_DOUBTED, NOT_ERASED,
    FAULT, LEDGER_WAITS, LEDGER_GOES_ON, LOCAL_TROUBLE, RETURN_LEFT,
)  # fmt: skip
"""The catalogue's entries of this room."""

"""What the SFTP drop server tells the journal. People by the name the site gives them; never a file's name or a path."""

from gateway.journal import NOTHING_TODO, Level, Message, Todo

LISTENS = Message(
    id="de9fcf145fd1453685befe0d53162bba",
    name="SFTP_DROP_LISTENS",
    level=Level.INFO,
    en="the SFTP drop takes files on {address} port {port}",
    ja="SFTP受付を開始しました: {address} ポート {port}",
    todo=NOTHING_TODO,
)
NOT_LISTENING = Message(
    id="ccf7e83ceb7241138ab9822729cb7cf3",
    name="SFTP_DROP_NOT_LISTENING",
    level=Level.WARNING,
    en="the SFTP drop cannot listen on {address} port {port}: {cause}. it is tried again",
    ja="SFTP受付を {address} ポート {port} で開始できません: {cause}。繰り返し試みます",
    todo=Todo(
        "Look at the cable of the LAN port and at its addresses: `claim-gateway status`. If the cause is a host key, `docs/drop.md` says how it is put back or made anew. It is tried again every five seconds.",
        "LANポートのケーブルとアドレスを `claim-gateway status` で確認してください。ホスト鍵が原因の場合は `docs/drop.md` に復元または再作成の方法があります。5秒ごとに再試行します。",
    ),
)
FAILED = Message(
    id="fc984eb4dd6f47b0b7200e10512fde30",
    name="SFTP_DROP_FAILED",
    level=Level.ERROR,
    en="the SFTP drop met an error nobody foresaw ({kind}) and starts again; files go on moving",
    ja="SFTP受付で想定外の障害が起きたため再開します（{kind}）。ファイルの中継は続いています",
    todo=Todo(
        "Nothing, if it stays at one. If it comes back, call the vendor with this line; the Windows share and files already taken are not touched.",
        "1回だけなら対応は不要です。繰り返す場合はこの行を保守窓口に伝えてください。共有フォルダーと受け取り済みのファイルには影響ありません。",
    ),
)
HOST_KEYS_MADE = Message(
    id="fbfe1b892a2f4d6ca100c005906a502a",
    name="SFTP_HOST_KEY_MADE",
    level=Level.NOTICE,
    en="the SFTP drop made itself a host key: {fingerprint}",
    ja="SFTP受付のホスト鍵を作成しました: {fingerprint}",
    todo=Todo(
        "Compare this fingerprint with what the receipt computer shows at its first connection. After an exchange of the box put the old keys back instead, or every receipt computer must be told of the new ones.",
        "レセコンの初回接続で表示される指紋と照合してください。装置の交換後は以前の鍵を復元してください。復元しない場合は、すべてのレセコンに新しい鍵を登録する必要があります。",
    ),
)
KEYS_UNREADABLE = Message(
    id="b97f0aee96934e3fa369cee68f90b4f8",
    name="SFTP_KEYS_UNREADABLE",
    level=Level.WARNING,
    en="the SFTP keys of {person} are not used: {cause}",
    ja="{person} のSFTP鍵を使用できません: {cause}",
    todo=Todo(
        "Mend the file that the line names and have the person try again; nothing needs to be restarted.",
        "表示されたファイルを直してから接続し直してもらってください。再起動は不要です。",
    ),
)
CAME = Message(
    id="9699ba167fa346d390af44cd64b908d8",
    name="SFTP_SESSION_OPENED",
    level=Level.INFO,
    en="{person} logged on to the SFTP drop from {address} with {fingerprint}",
    ja="{person} がSFTP受付に接続しました: {address}、鍵 {fingerprint}",
    todo=NOTHING_TODO,
)
WENT = Message(
    id="7cdeabe367a24aa481ec23482e64cfef",
    name="SFTP_SESSION_CLOSED",
    level=Level.INFO,
    en="{person} left the SFTP drop ({why}), from {address}",
    ja="{person} のSFTP接続が終了しました（{why}）: {address}",
    todo=NOTHING_TODO,
)
TURNED_AWAY = Message(
    id="227959150243440688b049bf96cc50c0",
    name="SFTP_TURNED_AWAY",
    level=Level.WARNING,
    en="the SFTP drop turned {count} connections away within a minute: {reasons}, the first from {address}",
    ja="SFTP受付は1分間に {count} 件の接続を断りました: {reasons}、最初の接続元 {address}",
    todo=Todo(
        "Look at the PC with this address: does a program there connect without end, or somebody try keys? Other PCs are served meanwhile. Only if many people hand in at once raise `relay.drop.sftp.connections`.",
        "このアドレスのPCで、接続を繰り返すプログラムや鍵の試行がないか確認してください。他のPCは引き続き利用できます。多人数で同時に利用する場合だけ `relay.drop.sftp.connections` を増やしてください。",
    ),
)
LOGON_REFUSED = Message(
    id="5c59d282b9f7440fb115a131bba03aea",
    name="SFTP_LOGON_REFUSED",
    level=Level.WARNING,
    en="{count} connections to the SFTP drop ended without a logon within a minute, the first from {address}",
    ja="SFTP受付で1分間に {count} 件の接続がログオンせずに終わりました。最初の接続元 {address}",
    todo=Todo(
        "If a person cannot log on: is their key in the file the site names, bound to this address, and of a kind that is taken? If nobody tried, look at what runs on the PC with this address.",
        "接続できない人がいる場合は、鍵がサイト設定のファイルにあるか、この接続元に限定されているか、対応する種類かを確認してください。心当たりがなければ、このアドレスのPCで動いているものを確認してください。",
    ),
)
UPLOADED = Message(
    id="0eb7f3b71d3942a9858767f277523fed",
    name="SFTP_UPLOADED",
    level=Level.INFO,
    en="{person} handed parcel {parcel} in over SFTP: {size} bytes",
    ja="{person} がSFTPで配送物 {parcel} を入れました: {size} バイト",
    todo=NOTHING_TODO,
)
UPLOAD_REFUSED = Message(
    id="7ea662a9ba2747f1bb65f9904911f407",
    name="SFTP_UPLOAD_REFUSED",
    level=Level.WARNING,
    en="a file of {person} ({size} bytes) could not be taken, and their program was told so: {cause}",
    ja="{person} のファイル（{size} バイト）を受け取れず、送信側に通知しました: {cause}",
    todo=Todo(
        "The person's program showed an error, and nothing was handed in. Mend the cause and have them send it again.",
        "送信側にはエラーが表示され、ファイルは受け取っていません。原因を取り除いてから送り直してもらってください。",
    ),
)
UPLOAD_DISCARDED = Message(
    id="f1394449b2a54b6cbc9e7529e0d4a958",
    name="SFTP_UPLOAD_DISCARDED",
    level=Level.WARNING,
    en="an unfinished file of {person} was discarded: {why}, {size} bytes had come",
    ja="{person} の未完了ファイルを破棄しました: {why}、{size} バイト受信",
    todo=Todo(
        "Have the person send the file again and look whether their program says that it is done. Nothing of it was handed in.",
        "もう一度送信し、送信側で完了の表示を確認してもらってください。途中までのファイルは受け取っていません。",
    ),
)

MESSAGES = (
    LISTENS, NOT_LISTENING, FAILED, HOST_KEYS_MADE, KEYS_UNREADABLE, CAME, WENT, TURNED_AWAY, LOGON_REFUSED,
    UPLOADED, UPLOAD_REFUSED, UPLOAD_DISCARDED,
)  # fmt: skip
"""The catalogue's entries of this room."""

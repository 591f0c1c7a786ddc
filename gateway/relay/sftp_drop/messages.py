"""What the SFTP drop server tells the journal. People by the name the site gives them; never a file's name or a path."""

from gateway.journal import Level, Message

LISTENS = Message(
    id="de9fcf145fd1453685befe0d53162bba",
    name="SFTP_DROP_LISTENS",
    level=Level.INFO,
    en="the SFTP drop takes files on {address} port {port}",
    ja="SFTP受付を開始しました: {address} ポート {port}",
)
NOT_LISTENING = Message(
    id="ccf7e83ceb7241138ab9822729cb7cf3",
    name="SFTP_DROP_NOT_LISTENING",
    level=Level.WARNING,
    en="the SFTP drop cannot listen on {address} port {port}: {cause}. it is tried again",
    ja="SFTP受付を {address} ポート {port} で開始できません: {cause}。繰り返し試みます",
)
FAILED = Message(
    id="fc984eb4dd6f47b0b7200e10512fde30",
    name="SFTP_DROP_FAILED",
    level=Level.ERROR,
    en="the SFTP drop met an error nobody foresaw ({kind}) and starts again; files go on moving",
    ja="SFTP受付で想定外の障害が起きたため再開します（{kind}）。ファイルの中継は続いています",
)
HOST_KEYS_MADE = Message(
    id="fbfe1b892a2f4d6ca100c005906a502a",
    name="SFTP_HOST_KEY_MADE",
    level=Level.NOTICE,
    en="the SFTP drop made itself a host key: {fingerprint}",
    ja="SFTP受付のホスト鍵を作成しました: {fingerprint}",
)
KEYS_UNREADABLE = Message(
    id="b97f0aee96934e3fa369cee68f90b4f8",
    name="SFTP_KEYS_UNREADABLE",
    level=Level.WARNING,
    en="the SFTP keys of {person} are not used: {cause}",
    ja="{person} のSFTP鍵を使用できません: {cause}",
)
CAME = Message(
    id="9699ba167fa346d390af44cd64b908d8",
    name="SFTP_SESSION_OPENED",
    level=Level.INFO,
    en="{person} logged on to the SFTP drop from {address} with {fingerprint}",
    ja="{person} がSFTP受付に接続しました: {address}、鍵 {fingerprint}",
)
WENT = Message(
    id="7cdeabe367a24aa481ec23482e64cfef",
    name="SFTP_SESSION_CLOSED",
    level=Level.INFO,
    en="{person} left the SFTP drop ({why}), from {address}",
    ja="{person} のSFTP接続が終了しました（{why}）: {address}",
)
TURNED_AWAY = Message(
    id="227959150243440688b049bf96cc50c0",
    name="SFTP_TURNED_AWAY",
    level=Level.WARNING,
    en="the SFTP drop turned {count} connections away within a minute: {reasons}, the first from {address}",
    ja="SFTP受付は1分間に {count} 件の接続を断りました: {reasons}、最初の接続元 {address}",
)
LOGON_REFUSED = Message(
    id="5c59d282b9f7440fb115a131bba03aea",
    name="SFTP_LOGON_REFUSED",
    level=Level.WARNING,
    en="{count} connections to the SFTP drop ended without a logon within a minute, the first from {address}",
    ja="SFTP受付で1分間に {count} 件の接続がログオンせずに終わりました。最初の接続元 {address}",
)
UPLOADED = Message(
    id="0eb7f3b71d3942a9858767f277523fed",
    name="SFTP_UPLOADED",
    level=Level.INFO,
    en="{person} handed parcel {parcel} in over SFTP: {size} bytes",
    ja="{person} がSFTPで配送物 {parcel} を入れました: {size} バイト",
)
UPLOAD_REFUSED = Message(
    id="7ea662a9ba2747f1bb65f9904911f407",
    name="SFTP_UPLOAD_REFUSED",
    level=Level.WARNING,
    en="a file of {person} ({size} bytes) could not be taken, and their program was told so: {cause}",
    ja="{person} のファイル（{size} バイト）を受け取れず、送信側に通知しました: {cause}",
)
UPLOAD_DISCARDED = Message(
    id="f1394449b2a54b6cbc9e7529e0d4a958",
    name="SFTP_UPLOAD_DISCARDED",
    level=Level.WARNING,
    en="an unfinished file of {person} was discarded: {why}, {size} bytes had come",
    ja="{person} の未完了ファイルを破棄しました: {why}、{size} バイト受信",
)

MESSAGES = (
    LISTENS, NOT_LISTENING, FAILED, HOST_KEYS_MADE, KEYS_UNREADABLE, CAME, WENT, TURNED_AWAY, LOGON_REFUSED,
    UPLOADED, UPLOAD_REFUSED, UPLOAD_DISCARDED,
)  # fmt: skip
"""The catalogue's entries of this room."""

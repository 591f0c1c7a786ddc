"""What the enforcer says."""

from gateway.journal import Level, Message

APPLIED = Message(
    "fae6002b047044fd90ae5bcd5519a054",
    "POLICY_APPLIED",
    Level.NOTICE,
    "policy in force: {flows} flows, {rules} rules; differences removed: {changes}; connections cut: {cut}; boot latch: {latch}",
    "ポリシーが有効です。フロー{flows}件、規則{rules}件、解消した差異{changes}件、切断した接続{cut}件、起動時の遮断: {latch}",
)
REFUSED = Message(
    "cc54d1570eff4b5cb764cd4fbe2354db",
    "POLICY_REFUSED",
    Level.ERROR,
    "policy not applied: {reason}; {state}",
    "ポリシーを適用できませんでした: {reason}。{state}",
)
PROVED = Message(
    "03dec3fdb20348e58901582265c88f56",
    "POLICY_PROVED",
    Level.NOTICE,
    "proved in {seconds} s: what the kernel lets through is what the site declares, and nothing else on the box forwards",
    "{seconds}秒で証明しました。カーネルが通すものはサイトの宣言どおりで、ほかに転送するものはありません",
)
NOT_PROVED = Message(
    "639655514c1e41118447cfd233b8a59f",
    "POLICY_NOT_PROVED",
    Level.CRITICAL,
    "not proved: {reason}. see `claim-gateway prove`",
    "証明できません: {reason}。`claim-gateway prove` で確認してください",
)
UNPROVED = Message(
    "f9a49ef9405f48ac9f95b6fb489a5034",
    "SITE_UNPROVED",
    Level.WARNING,
    "site {digest} is in force without proof, by {who}: {why}",
    "サイト{digest}を証明なしで有効にしました。{who}: {why}",
)
ON_TRIAL = Message(
    "b58fe9228d354a8cadf795c58e0bd5bf",
    "SITE_ON_TRIAL",
    Level.NOTICE,
    "site {digest} of {who} is in force on trial: it is taken back in {within} unless confirmed",
    "サイト{digest}（{who}）を試行として有効にしました。{within}以内に確定しなければ元に戻します",
)
CONFIRMED = Message(
    "490bd81371c8419e9d32d139f1a0d749",
    "SITE_CONFIRMED",
    Level.NOTICE,
    "site {digest} is confirmed by {who}",
    "{who}がサイト{digest}を確定しました",
)
TAKEN_BACK = Message(
    "992bd14e8156493d846a7398cf41879e",
    "SITE_TAKEN_BACK",
    Level.WARNING,
    "site {digest} was on trial and is taken back: {who}",
    "試行中のサイト{digest}を取り消しました: {who}",
)
TRIAL_OVER = Message(
    "5a733c14b5364c06a86a7206b95fcd40",
    "SITE_TRIAL_OVER",
    Level.WARNING,
    "site {digest} of {who} was on trial when the box stopped: the last confirmed site counts",
    "停止時に試行中だったサイト{digest}（{who}）は無効とし、最後に確定したサイトを使います",
)
FILE_DIFFERS = Message(
    "8b4595fd8d9b4b8fa1fbdbd08eaf893e",
    "SITE_FILE_DIFFERS",
    Level.WARNING,
    "{file} is not the site in force, {digest}: it was never applied, or another was. apply it to make it count",
    "{file}は有効なサイト{digest}と異なります。有効にするには apply を実行してください",
)
STARTED = Message(
    "6932a3b59da54b0d9e55a3fcc8c9f49f",
    "ENFORCER_STARTED",
    Level.NOTICE,
    "enforcer started: site {digest} in force; protection: {protection}",
    "エンフォーサーを開始しました。有効なサイト: {digest}。保護: {protection}",
)
STOPPED = Message(
    "a41d2f5a2a624a4e83f66f7d5e763536",
    "ENFORCER_STOPPED",
    Level.NOTICE,
    "enforcer stopped: everything stays as it is, nothing opens",
    "エンフォーサーを停止しました。現在の状態を保ち、新たに開くものはありません",
)
DRIFT = Message(
    "fff39b0591324b8c8a8dddacb9864377",
    "FOREIGN_CHANGE",
    Level.WARNING,
    "somebody changed the box: {what}. by {who}; told by {told}",
    "装置の設定が外部から変更されました: {what}。変更者: {who}。通知: {told}",
)
REPAIRED = Message(
    "307cdb7107c245398e2ae95a036af1bb",
    "FOREIGN_CHANGE_REPAIRED",
    Level.NOTICE,
    "repaired in {took_ms} ms: {differences} differences; connections cut: {cut}",
    "{took_ms}ミリ秒で復旧しました。差異{differences}件、切断した接続{cut}件",
)
NOT_REPAIRED = Message(
    "a9c06767c08146eeaa61a0157e5751fc",
    "FOREIGN_CHANGE_STANDS",
    Level.ERROR,
    "not as declared, and shut off for the terminals until it is: {reason}",
    "宣言どおりに復旧できません。復旧するまで端末からの通信を遮断します: {reason}",
)
PORT_MISSING = Message(
    "1085dcd0e5394bfa8ca586a58a8b255a",
    "PORT_MISSING",
    Level.ERROR,
    "port {port} is gone: nothing passes there. plug it in, or give it back its name",
    "ポート{port}がありません。このポートの通信は停止しています。接続または名称を確認してください",
)
PORT_BACK = Message(
    "dfa8d46bae2d4086a19691e15df3d25c",
    "PORT_BACK",
    Level.NOTICE,
    "port {port} is back",
    "ポート{port}が戻りました",
)
WINDOW_OPENED = Message(
    "1e2ff7cddec340b693d703d9f702aa69",
    "WINDOW_OPENED",
    Level.INFO,
    "{window}: open for {lasts}",
    "{window}: {lasts}の間、開きました",
)
WINDOW_CLOSED = Message(
    "6e0c0ab6fbea4cb6ba6664a94803756f",
    "WINDOW_CLOSED",
    Level.INFO,
    "{window}: closed",
    "{window}: 閉じました",
)
CLOCK_UNKNOWN = Message(
    "21e59aeb6f034e4baeca46d49651a540",
    "CLOCK_UNKNOWN",
    Level.WARNING,
    "nobody sets this clock: windows stay shut until chrony, or another, has the time",
    "時刻が同期していません。同期するまで時間帯による許可は開きません",
)
CLOCK_BELIEVED = Message(
    "416b6f5332f442f3a2428de200b498af",
    "CLOCK_BELIEVED",
    Level.NOTICE,
    "the clock is set: windows open by their hours",
    "時刻が同期しました。時間帯による許可を有効にします",
)
CLOCK_SET = Message(
    "2de215a89b3749eca48f7cddfb865da9",
    "CLOCK_SET",
    Level.NOTICE,
    "the clock was set or the box slept: windows are looked at anew",
    "時刻の変更または休止からの復帰を検知しました。時間帯を再計算します",
)
GRANTED = Message(
    "b474c76ba2c74520894c2d6bb56860fd",
    "GRANT_OPENED",
    Level.NOTICE,
    "grant {grant} is open for {lasts} from {sources}: {who}",
    "一時許可{grant}を開きました。期間{lasts}、接続元{sources}、操作者{who}",
)
REVOKED = Message(
    "81d360b4accb46a68072ea9166513d59",
    "GRANT_REVOKED",
    Level.NOTICE,
    "grant {grant} is revoked by {who}",
    "{who}が一時許可{grant}を取り消しました",
)
GRANT_OVER = Message(
    "e754d8d63249499996c1de2fa0f2f597",
    "GRANT_OVER",
    Level.NOTICE,
    "grant {grant} is over",
    "一時許可{grant}が終了しました",
)
STRANGER = Message(
    "cfc8a1d2aa7747fe9ccdb94c1b985515",
    "CONTROL_STRANGER",
    Level.WARNING,
    "user {uid} (pid {pid}) asked the enforcer and may not: add the user to the group claim-gateway, if that is meant",
    "利用者{uid}（pid {pid}）にはエンフォーサーを操作する権限がありません",
)
CROWDED = Message(
    "ebdb1153c911484796d4faccadbabef1",
    "CONTROL_CROWDED",
    Level.WARNING,
    "the control socket had more than {clients} clients at once: the rest were turned away",
    "制御ソケットへの同時接続が{clients}件を超えたため、超過分を拒否しました",
)

DROPPED = Message(
    "bd14a015b9124dbba01aa5bb167f22f8",
    "PACKETS_DROPPED",
    Level.NOTICE,
    "{origin} to {target}: at least {packets} packets dropped in a minute, of {kinds} kinds; the first: {source} to "
    "{destination} {service}",
    "{origin}から{target}: 1分間に少なくとも{packets}個（{kinds}種類）のパケットを破棄しました。最初のもの: "
    "{source}から{destination} {service}",
)
"""`at least`: a rule logs five packets a second per pair; its counter has them all."""
SPOOFED = Message(
    "849df9ba0e4f46ca95993683ecd8d488",
    "SOURCE_SPOOFED",
    Level.WARNING,
    "{zone} ({port}): at least {packets} packets in a minute from an address that does not live there; the first: "
    "{source} to {destination} {service}",
    "{zone}（{port}）: そこに属さない送信元からのパケットが1分間に少なくとも{packets}個ありました。最初のもの: "
    "{source}から{destination} {service}",
)
WRONG_CABLE = Message(
    "8d2488adeafd4b5fa80c9a5449d76cc6",
    "CABLE_WRONG",
    Level.ERROR,
    "{source} belongs to {home} and is heard at {zone} ({port}): a cable is in the wrong port, or somebody pretends",
    "{home}に属する{source}が{zone}（{port}）に現れました。ケーブルの差し間違い、またはなりすましです",
)
TABLE_FULL = Message(
    "f68eef7465de4b348ca562654f005c15",
    "CONNECTIONS_FULL",
    Level.ERROR,
    "the table of connections is full ({connections} of {limit}; {refused} refused in a minute): new sessions fail until "
    "old ones end. look for a PC that opens them without end",
    "コネクション表が満杯です（{limit}件中{connections}件、1分間に{refused}件を拒否）。既存の通信が終わるまで新しい"
    "通信を開始できません。大量に接続している端末を確認してください",
)
DROPS_UNHEARD = Message(
    "e7464d128b544ff399fe4aae3f291768",
    "DROPS_UNHEARD",
    Level.WARNING,
    "what the firewall drops cannot be told: {reason}. another program may be reading NFLOG group 5",
    "破棄したパケットを記録できません: {reason}。他のプログラムがNFLOGグループ5を使用している可能性があります",
)
NAME_REFUSED = Message(
    "b153bb48a8304eb1905654b182f0cab3",
    "NAME_REFUSED",
    Level.WARNING,
    "{name} was answered with {address}, which is inside the site or no host out there: it is not let through. ask who runs "
    "the name server",
    "{name}の名前解決の結果{address}は、施設内または外部のホストでないアドレスのため許可しません。DNSサーバの管理者に"
    "確認してください",
)
NAMES_UNREADABLE = Message(
    "c0ccf929a8d841c88f9b11921c7ab87a",
    "NAMES_UNREADABLE",
    Level.WARNING,
    "the resolver said something that is no answer: {reason}",
    "リゾルバから不正な通知を受け取りました: {reason}",
)
BYSTANDER = Message(
    "b996b1e39f0f4106bc48fb6f6265b3e8",
    "OTHER_FILTER",
    Level.WARNING,
    "another program sees packets here too: {where}. it cannot let through what is dropped here, but it may drop, rewrite or "
    "mark. remove it unless it is meant",
    "他のプログラムもパケットを処理しています: {where}。ここで破棄したものを通すことはできませんが、破棄・書き換え・マークは"
    "できます。意図したものでなければ削除してください",
)

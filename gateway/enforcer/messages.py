"""What the enforcer says."""

from gateway.journal import NOTHING_TODO, Level, Message, Todo

APPLIED = Message(
    "fae6002b047044fd90ae5bcd5519a054",
    "POLICY_APPLIED",
    Level.NOTICE,
    "policy in force: {flows} flows, {rules} rules; differences removed: {changes}; connections cut: {cut}; boot latch: {latch}",
    "ポリシーが有効です。フロー{flows}件、規則{rules}件、解消した差異{changes}件、切断した接続{cut}件、起動時の遮断: {latch}",
    todo=Todo(
        "Nothing to do: it comes at every start and after every apply. `claim-gateway history` names who applied which site.",
        "対応は不要です。起動と適用のたびに出ます。誰がどのサイトを適用したかは `claim-gateway history` で確認できます。",
    ),
)
REFUSED = Message(
    "cc54d1570eff4b5cb764cd4fbe2354db",
    "POLICY_REFUSED",
    Level.ERROR,
    "policy not applied: {reason}; {state}",
    "ポリシーを適用できませんでした: {reason}。{state}",
    todo=Todo(
        "Mend what the line names, look at it with `claim-gateway check` and `claim-gateway plan`, then apply again. The end of the line says what is in force meanwhile.",
        "示された箇所を直し、`claim-gateway check` と `claim-gateway plan` で確認してから、もう一度適用してください。その間に有効なものは行末に示しています。",
    ),
)
PROVED = Message(
    "03dec3fdb20348e58901582265c88f56",
    "POLICY_PROVED",
    Level.NOTICE,
    "proved in {seconds} s: what the kernel lets through is what the site declares, and nothing else on the box forwards",
    "{seconds}秒で証明しました。カーネルが通すものはサイトの宣言どおりで、ほかに転送するものはありません",
    todo=NOTHING_TODO,
)
NOT_PROVED = Message(
    "639655514c1e41118447cfd233b8a59f",
    "POLICY_NOT_PROVED",
    Level.CRITICAL,
    "not proved: {reason}. see `claim-gateway prove`",
    "証明できません: {reason}。`claim-gateway prove` で確認してください",
    todo=Todo(
        "`claim-gateway prove /etc/claim-gateway/site.yaml` shows the packet that would pass, or the program that forwards. Remove that program or setting (another firewall, a container runtime, a foreign route); the enforcer then goes on by itself, or `systemctl restart claim-gateway-enforcer`. Nothing opens before it is proved; files are still taken in and kept.",
        "`claim-gateway prove /etc/claim-gateway/site.yaml` で、通ってしまうパケットまたは転送しているプログラムを確認できます。原因（別のファイアウォール、コンテナ、外部の経路など）を取り除けば、エンフォーサーが自動で続行します。続行しなければ `systemctl restart claim-gateway-enforcer` を実行してください。証明できるまで何も開きません。ファイルの受け取りと保管は続きます。",
    ),
)
UNPROVED = Message(
    "f9a49ef9405f48ac9f95b6fb489a5034",
    "SITE_UNPROVED",
    Level.WARNING,
    "site {digest} is in force without proof, by {who}: {why}",
    "サイト{digest}を証明なしで有効にしました。{who}: {why}",
    todo=Todo(
        "Find out whether the reason given still holds. As soon as it does not, apply the site without `--unproved`; `claim-gateway status` complains until then.",
        "示された理由が今も有効か確認してください。不要になったら `--unproved` を付けずに適用してください。それまで `claim-gateway status` が警告し続けます。",
    ),
)
ON_TRIAL = Message(
    "b58fe9228d354a8cadf795c58e0bd5bf",
    "SITE_ON_TRIAL",
    Level.NOTICE,
    "site {digest} of {who} is in force on trial: it is taken back in {within} unless confirmed",
    "サイト{digest}（{who}）を試行として有効にしました。{within}以内に確定しなければ元に戻します",
    todo=Todo(
        "See whether the box can still be reached and the terminals work, then `claim-gateway confirm`. To go back, do nothing.",
        "装置に接続でき、端末が使えることを確かめてから `claim-gateway confirm` を実行してください。元に戻すなら何もする必要はありません。",
    ),
)
CONFIRMED = Message(
    "490bd81371c8419e9d32d139f1a0d749",
    "SITE_CONFIRMED",
    Level.NOTICE,
    "site {digest} is confirmed by {who}",
    "{who}がサイト{digest}を確定しました",
    todo=NOTHING_TODO,
)
TAKEN_BACK = Message(
    "992bd14e8156493d846a7398cf41879e",
    "SITE_TAKEN_BACK",
    Level.WARNING,
    "site {digest} was on trial and is taken back: {who}",
    "試行中のサイト{digest}を取り消しました: {who}",
    todo=Todo(
        "Nothing, if that is what you wanted: the former site is in force. If the trial was to last, look why nobody could confirm: `management: from:` in the site file must hold the address of the machine that applied it.",
        "意図した操作であれば対応は不要です。以前のサイトが有効です。確定するはずだった場合は、適用した機器のアドレスがサイトファイルの `management: from:` にあるか確認してください。",
    ),
)
TRIAL_OVER = Message(
    "5a733c14b5364c06a86a7206b95fcd40",
    "SITE_TRIAL_OVER",
    Level.WARNING,
    "site {digest} of {who} was on trial when the box stopped: the last confirmed site counts",
    "停止時に試行中だったサイト{digest}（{who}）は無効とし、最後に確定したサイトを使います",
    todo=Todo(
        "Apply the site again and confirm it, if it is still wanted. If nobody restarted the box, look for the power cut or the reset: `journalctl -b -1 -e`.",
        "必要であればサイトをもう一度適用し、確定してください。誰も再起動していない場合は `journalctl -b -1 -e` で停電やリセットの有無を確認してください。",
    ),
)
FILE_DIFFERS = Message(
    "8b4595fd8d9b4b8fa1fbdbd08eaf893e",
    "SITE_FILE_DIFFERS",
    Level.WARNING,
    "{file} is not the site in force, {digest}: it was never applied, or another was. apply it to make it count",
    "{file}は有効なサイト{digest}と異なります。有効にするには apply を実行してください",
    todo=Todo(
        "`claim-gateway plan {file}` shows what it would change. Apply it if that is meant; otherwise put the file back as `claim-gateway history` knows it.",
        "`claim-gateway plan {file}` で何が変わるか確認できます。意図した変更であれば適用し、そうでなければ `claim-gateway history` にある内容へファイルを戻してください。",
    ),
)
STARTED = Message(
    "6932a3b59da54b0d9e55a3fcc8c9f49f",
    "ENFORCER_STARTED",
    Level.NOTICE,
    "enforcer started: site {digest} in force; protection: {protection}",
    "エンフォーサーを開始しました。有効なサイト: {digest}。保護: {protection}",
    todo=Todo(
        "Nothing to do. If nobody restarted it, the lines before this one say why it ended: `journalctl -u claim-gateway-enforcer -e`.",
        "対応は不要です。誰も再起動していない場合は、その前の行に理由があります（`journalctl -u claim-gateway-enforcer -e`）。",
    ),
)
STOPPED = Message(
    "a41d2f5a2a624a4e83f66f7d5e763536",
    "ENFORCER_STOPPED",
    Level.NOTICE,
    "enforcer stopped: everything stays as it is, nothing opens",
    "エンフォーサーを停止しました。現在の状態を保ち、新たに開くものはありません",
    todo=Todo(
        "Nothing, if somebody stopped it or the box goes down. Otherwise `systemctl start claim-gateway-enforcer`: without it nothing repairs the box and no window opens.",
        "誰かが止めたか、装置の停止中であれば対応は不要です。そうでなければ `systemctl start claim-gateway-enforcer` を実行してください。停止中は復旧も時間帯による許可も行われません。",
    ),
)
DRIFT = Message(
    "fff39b0591324b8c8a8dddacb9864377",
    "FOREIGN_CHANGE",
    Level.WARNING,
    "somebody changed the box: {what}. by {who}; told by {told}",
    "装置の設定が外部から変更されました: {what}。変更者: {who}。通知: {told}",
    todo=Todo(
        "Nothing, if you made the change: it is undone, the site file is the only way. If it is an address or a route on the line's port, by systemd-networkd: the carrier, or whoever answers in its place, gives out what the site file has inside or behind the tunnel; show the carrier this line. Otherwise keep the program named here off this box; while it goes on, the terminals are cut off for moments again and again.",
        "ご自身の操作であれば対応は不要です。変更は元に戻されます（変更はサイトファイルで行ってください）。回線側のポートのアドレスや経路（systemd-networkd によるもの）であれば、回線事業者（またはそれを装う機器）が、施設内またはトンネルの先のアドレスを払い出しています。この行を回線事業者に示してください。そうでなければ、示されたプログラムをこの装置から取り除いてください。続く間は端末の通信が繰り返し短く途切れます。",
    ),
)
REPAIRED = Message(
    "307cdb7107c245398e2ae95a036af1bb",
    "FOREIGN_CHANGE_REPAIRED",
    Level.NOTICE,
    "repaired in {took_ms} ms: {differences} differences; connections cut: {cut}",
    "{took_ms}ミリ秒で復旧しました。差異{differences}件、切断した接続{cut}件",
    todo=Todo(
        "Nothing to do. FOREIGN_CHANGE just before says what it was and who did it.",
        "対応は不要です。内容と変更者は直前の FOREIGN_CHANGE にあります。",
    ),
)
NOT_REPAIRED = Message(
    "a9c06767c08146eeaa61a0157e5751fc",
    "FOREIGN_CHANGE_STANDS",
    Level.ERROR,
    "not as declared, and shut off for the terminals until it is: {reason}",
    "宣言どおりに復旧できません。復旧するまで端末からの通信を遮断します: {reason}",
    todo=Todo(
        "The terminals are cut off: claims cannot be sent over the line until this is mended. Do what the line asks for (a port, an address, another program); it is tried again every second. If it stays, `systemctl restart claim-gateway-enforcer`, then the vendor.",
        "端末の通信を遮断しているため、直るまで回線から請求できません。示された原因（ポート、アドレス、別のプログラム）を直してください。1秒ごとに再試行します。続く場合は `systemctl restart claim-gateway-enforcer` を実行し、保守窓口に連絡してください。",
    ),
)
PROGRAM_TROUBLED = Message(
    "7ff8bf79870e462e94b44eaa3cbe731f",
    "PROGRAM_TROUBLED",
    Level.ERROR,
    "a program beside the rules is not as declared, and is tried again; the rules stand: {reason}",
    "補助プログラムが宣言どおりに動作していません。再試行します。ポリシーは有効です: {reason}",
    todo=Todo(
        "Terminals that have their addresses go on. See why the unit named in the line does not start: `systemctl status UNIT`. If its program is missing, install its Debian package (dnsmasq-base, chrony); it is tried again every ten seconds.",
        "アドレスを取得済みの端末は通信を続けられます。示されたユニットが起動しない理由を `systemctl status ユニット名` で確認してください。プログラムがない場合はDebianパッケージ（dnsmasq-base、chrony）を導入してください。10秒ごとに再試行します。",
    ),
)
PORT_MISSING = Message(
    "1085dcd0e5394bfa8ca586a58a8b255a",
    "PORT_MISSING",
    Level.ERROR,
    "port {port} is gone: nothing passes there. plug it in, or give it back its name",
    "ポート{port}がありません。このポートの通信は停止しています。接続または名称を確認してください",
    todo=Todo(
        "Look at the network card of that port; `ip link` shows what the box has. If it only got another name, write `port: {{mac: …}}` in the site file and apply. `ppp-wan` is the dialled line: `journalctl -u claim-gateway-dial@wan` says why it is down, and it is dialled again without end. The other ports go on.",
        "そのポートのネットワークカードを確認してください。装置にあるポートは `ip link` で分かります。名称が変わっただけなら、サイトファイルに `port: {{mac: …}}` と書いて適用してください。`ppp-wan` はPPPoEの回線です。切断の理由は `journalctl -u claim-gateway-dial@wan` で確認できます。再接続は自動で続きます。ほかのポートは動作を続けます。",
    ),
)
PORT_BACK = Message(
    "dfa8d46bae2d4086a19691e15df3d25c",
    "PORT_BACK",
    Level.NOTICE,
    "port {port} is back",
    "ポート{port}が戻りました",
    todo=NOTHING_TODO,
)
WINDOW_OPENED = Message(
    "1e2ff7cddec340b693d703d9f702aa69",
    "WINDOW_OPENED",
    Level.INFO,
    "{window}: open for {lasts}",
    "{window}: {lasts}の間、開きました",
    todo=Todo(
        "Nothing to do: the hours stand in the site file.", "対応は不要です。時間帯はサイトファイルの宣言どおりです。"
    ),
)
WINDOW_CLOSED = Message(
    "6e0c0ab6fbea4cb6ba6664a94803756f",
    "WINDOW_CLOSED",
    Level.INFO,
    "{window}: closed",
    "{window}: 閉じました",
    todo=Todo(
        "Nothing to do: the hours stand in the site file. For longer, `claim-gateway grants` lists what may be opened by hand.",
        "対応は不要です。時間帯はサイトファイルの宣言どおりです。延長が必要なら、一時的に開けるものを `claim-gateway grants` で確認できます。",
    ),
)
CLOCK_UNKNOWN = Message(
    "21e59aeb6f034e4baeca46d49651a540",
    "CLOCK_UNKNOWN",
    Level.WARNING,
    "nobody sets this clock: windows stay shut until chrony, or another, has the time",
    "時刻が同期していません。同期するまで時間帯による許可は開きません",
    todo=Todo(
        "See whether chrony reaches its server: `chronyc sources`. The server must stand in the site file under `management: ntp:`, or the box may not ask it. Files go on being carried.",
        "`chronyc sources` で時刻サーバに届いているか確認してください。サーバがサイトファイルの `management: ntp:` に無いと問い合わせは許可されません。ファイルの受け渡しは続きます。",
    ),
)
CLOCK_BELIEVED = Message(
    "416b6f5332f442f3a2428de200b498af",
    "CLOCK_BELIEVED",
    Level.NOTICE,
    "the clock is set: windows open by their hours",
    "時刻が同期しました。時間帯による許可を有効にします",
    todo=NOTHING_TODO,
)
CLOCK_SET = Message(
    "2de215a89b3749eca48f7cddfb865da9",
    "CLOCK_SET",
    Level.NOTICE,
    "the clock was set or the box slept: windows are looked at anew",
    "時刻の変更または休止からの復帰を検知しました。時間帯を再計算します",
    todo=Todo(
        "Nothing, after a start or when somebody set the time. If it comes again and again, the time server or the battery of the box's clock is bad.",
        "起動後や時刻を合わせた後であれば対応は不要です。繰り返し出る場合は、時刻サーバまたは装置の時計用電池の不良です。",
    ),
)
GRANTED = Message(
    "b474c76ba2c74520894c2d6bb56860fd",
    "GRANT_OPENED",
    Level.NOTICE,
    "grant {grant} is open for {lasts} from {sources}: {who}",
    "一時許可{grant}を開きました。期間{lasts}、接続元{sources}、操作者{who}",
    todo=Todo(
        "Nothing, if it was agreed: it shuts by itself. Otherwise `claim-gateway revoke {grant}` at once, and ask the person named.",
        "予定された作業であれば対応は不要です。時間が来れば自動で閉じます。そうでなければ、すぐに `claim-gateway revoke {grant}` を実行し、操作者に確認してください。",
    ),
)
REVOKED = Message(
    "81d360b4accb46a68072ea9166513d59",
    "GRANT_REVOKED",
    Level.NOTICE,
    "grant {grant} is revoked by {who}",
    "{who}が一時許可{grant}を取り消しました",
    todo=Todo(
        "Nothing to do. The sessions behind it have ended.", "対応は不要です。この許可による接続は終了しました。"
    ),
)
GRANT_OVER = Message(
    "e754d8d63249499996c1de2fa0f2f597",
    "GRANT_OVER",
    Level.NOTICE,
    "grant {grant} is over",
    "一時許可{grant}が終了しました",
    todo=Todo(
        "Nothing to do. Who needs longer opens it again: `claim-gateway grant {grant}`.",
        "対応は不要です。さらに必要なら `claim-gateway grant {grant}` でもう一度開いてください。",
    ),
)
STRANGER = Message(
    "cfc8a1d2aa7747fe9ccdb94c1b985515",
    "CONTROL_STRANGER",
    Level.WARNING,
    "user {uid} (pid {pid}) asked the enforcer and may not: add the user to the group claim-gateway, if that is meant",
    "利用者{uid}（pid {pid}）にはエンフォーサーを操作する権限がありません",
    todo=Todo(
        "If the user is to operate this box: `usermod -aG claim-gateway` and their name. Otherwise find out which program that was (`ps -p {pid}`), for it has no business here.",
        "操作を任せる利用者であれば `usermod -aG claim-gateway` で利用者名を追加してください。そうでなければ、どのプログラムか調べてください（`ps -p {pid}`）。",
    ),
)
CROWDED = Message(
    "ebdb1153c911484796d4faccadbabef1",
    "CONTROL_CROWDED",
    Level.WARNING,
    "the control socket had more than {clients} clients at once: the rest were turned away",
    "制御ソケットへの同時接続が{clients}件を超えたため、超過分を拒否しました",
    todo=Todo(
        "Find what asks so often: as a rule a monitoring script; once a minute is enough. `claim-gateway status --prometheus` is written every minute already.",
        "頻繁に問い合わせているものを調べてください。多くは監視スクリプトで、1分に1回で足ります。監視用の値は毎分書き出されています（`claim-gateway status --prometheus`）。",
    ),
)

DROPPED = Message(
    "bd14a015b9124dbba01aa5bb167f22f8",
    "PACKETS_DROPPED",
    Level.NOTICE,
    "{origin} to {target}: at least {packets} packets dropped in a minute, of {kinds} kinds; the first: {source} to "
    "{destination} {service}",
    "{origin}から{target}: 1分間に少なくとも{packets}個（{kinds}種類）のパケットを破棄しました。最初のもの: "
    "{source}から{destination} {service}",
    todo=Todo(
        "Nothing, as a rule: this is the box at its work. If something in the house does not work, `claim-gateway explain` with these addresses says whether it is meant to be dropped, and what would be allowed.",
        "通常は対応不要です。装置が本来の働きをしています。院内で何かが使えない場合は、このアドレスで `claim-gateway explain` を実行すると、破棄が意図どおりか、何なら許可されるかが分かります。",
    ),
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
    todo=Todo(
        "Find the device with that address: a PC with a wrong fixed address, or one that was moved without its settings. If nobody knows it, unplug it and tell the system manager.",
        "そのアドレスの機器を探してください。固定アドレスの誤りや、移設した機器の設定変更漏れが考えられます。心当たりのない機器であれば、ケーブルを抜いてシステム管理者に知らせてください。",
    ),
)
WRONG_CABLE = Message(
    "8d2488adeafd4b5fa80c9a5449d76cc6",
    "CABLE_WRONG",
    Level.ERROR,
    "{source} belongs to {home} and is heard at {zone} ({port}): a cable is in the wrong port, or somebody pretends",
    "{home}に属する{source}が{zone}（{port}）に現れました。ケーブルの差し間違い、またはなりすましです",
    todo=Todo(
        "Put the cable of {home} back into its own port. If the cables are right, a device pretends to be {source}: unplug it and tell the system manager. Nothing passes this way.",
        "{home}のケーブルを正しいポートに差し直してください。ケーブルが正しければ、ある機器が{source}を名乗っています。抜いてシステム管理者に知らせてください。この経路では何も通りません。",
    ),
)
TABLE_FULL = Message(
    "f68eef7465de4b348ca562654f005c15",
    "CONNECTIONS_FULL",
    Level.ERROR,
    "the table of connections is full ({connections} of {limit}; {refused} refused in a minute): new sessions fail until "
    "old ones end. look for a PC that opens them without end",
    "コネクション表が満杯です（{limit}件中{connections}件、1分間に{refused}件を拒否）。既存の通信が終わるまで新しい"
    "通信を開始できません。大量に接続している端末を確認してください",
    todo=Todo(
        "`conntrack -L` shows whose sessions they are. Take that PC off the network and have it looked at; what is full empties by itself then.",
        "`conntrack -L` で、どの端末の通信か確認できます。その端末をネットワークから外して点検してください。表は自然に空きます。",
    ),
)
DROPS_UNHEARD = Message(
    "e7464d128b544ff399fe4aae3f291768",
    "DROPS_UNHEARD",
    Level.WARNING,
    "what the firewall drops cannot be told: {reason}. another program may be reading NFLOG group 5",
    "破棄したパケットを記録できません: {reason}。他のプログラムがNFLOGグループ5を使用している可能性があります",
    todo=Todo(
        "Packets are dropped all the same, only the record of them is missing. Stop the other reader of NFLOG group 5 (ulogd, as a rule), then `systemctl restart claim-gateway-enforcer`.",
        "破棄は通常どおり行われ、記録だけがありません。NFLOGグループ5を読む別のプログラム（多くは ulogd）を止めてから `systemctl restart claim-gateway-enforcer` を実行してください。",
    ),
)
NAME_REFUSED = Message(
    "b153bb48a8304eb1905654b182f0cab3",
    "NAME_REFUSED",
    Level.WARNING,
    "{name} was answered with {address}, which is inside the site or no host out there: it is not let through. ask who runs "
    "the name server",
    "{name}の名前解決の結果{address}は、施設内または外部のホストでないアドレスのため許可しません。DNSサーバの管理者に"
    "確認してください",
    todo=Todo(
        "Nothing is opened. Tell whoever runs the name server which answer it gave; until it is right, that update site cannot be reached.",
        "何も開いていません。DNSサーバの管理者にこの応答を知らせてください。正しくなるまで、その更新サイトには接続できません。",
    ),
)
NAMES_UNREADABLE = Message(
    "c0ccf929a8d841c88f9b11921c7ab87a",
    "NAMES_UNREADABLE",
    Level.WARNING,
    "the resolver said something that is no answer: {reason}",
    "リゾルバから不正な通知を受け取りました: {reason}",
    todo=Todo(
        "Nothing is opened. `systemctl restart claim-gateway-resolver`; if it comes again, the two are of different releases: install the release again.",
        "何も開いていません。`systemctl restart claim-gateway-resolver` を実行してください。再び出る場合はリゾルバとエンフォーサーの版が異なります。インストールし直してください。",
    ),
)
BYSTANDER = Message(
    "b996b1e39f0f4106bc48fb6f6265b3e8",
    "OTHER_FILTER",
    Level.WARNING,
    "another program sees packets here too: {where}. it cannot let through what is dropped here, but it may drop, rewrite or "
    "mark. remove it unless it is meant",
    "他のプログラムもパケットを処理しています: {where}。ここで破棄したものを通すことはできませんが、破棄・書き換え・マークは"
    "できます。意図したものでなければ削除してください",
    todo=Todo(
        "Find the program behind it (Docker, firewalld, Debian's nftables.service, antivirus suites) and take it off this box. Until then what the site declares may fail to work, and the proof may refuse the box.",
        "該当するプログラム（Docker、firewalld、Debian の nftables.service、セキュリティ製品など）を調べ、この装置から取り除いてください。それまで宣言した通信が使えないことや、証明できないことがあります。",
    ),
)

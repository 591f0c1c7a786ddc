"""What the tunnel says. `line` is charon's own word for it, from its log: it names identities and addresses, never a secret."""

from gateway.journal import NOTHING_TODO, Level, Message, Todo
from gateway.tunnel.reason import Reason

UP = Message(
    "2e8131bd64544c9ebac07eb59fcd2522",
    "TUNNEL_UP",
    Level.NOTICE,
    "tunnel up: provider {provider} at {address}, after {took_ms} ms",
    "トンネルを確立しました。接続点{provider}（{address}）、所要{took_ms}ミリ秒",
    todo=NOTHING_TODO,
)
DOWN = Message(
    "d93ed3c1790e42c1b040d8128c192ecd",
    "TUNNEL_DOWN",
    Level.WARNING,
    "tunnel down: provider {provider}, after {lasted}: {line}. it is called again",
    "トンネルが切断されました。接続点{provider}、接続時間{lasted}: {line}。再接続します",
    todo=Todo(
        "Nothing at once: the provider is called again by itself, and another one where the site file names one. If it comes often, look at the line first, then ask the provider; `claim-gateway status` shows what is up.",
        "自動で再接続するため、直ちに対応する必要はありません。頻発する場合は、まず回線を確認し、次に事業者に問い合わせてください。現在の状態は `claim-gateway status` で確認できます。",
    ),
)
STANDS_IN = Message(
    "f4e064e9e9f146438269d78f8be6bf02",
    "TUNNEL_STANDS_IN",
    Level.WARNING,
    "provider {provider} stands in for {better}, which is not to be had",
    "接続点{better}に接続できないため、接続点{provider}で代替しています",
    todo=Todo(
        "The terminals work. Ask the provider what {better} is missing; this box goes back to it by itself.",
        "端末の通信は続いています。{better}の状況を事業者に確認してください。復旧すれば自動で戻ります。",
    ),
)
BACK = Message(
    "18e8e42f2db845f0b85ff922425c4cc8",
    "TUNNEL_BACK",
    Level.NOTICE,
    "back to provider {provider}: it is up again, and {other} is no longer needed",
    "優先する接続点{provider}に戻りました。{other}との接続を終了します",
    todo=NOTHING_TODO,
)
REFUSED = Message(
    "b90aad815aba486e81f75525a48f1090",
    "TUNNEL_REFUSED",
    Level.ERROR,
    "provider {provider} at {address} does not accept this site: certificate, pre-shared key or identity is not what it expects ({line})",
    "接続点{provider}（{address}）が本施設を認証しません。証明書・事前共有鍵・IDのいずれかが先方の登録と異なります（{line}）",
    todo=Todo(
        "Compare ike.id, id, the certificate and the pre-shared key with what the provider gave under contract; a key is often one character off. Ask the provider what its side says at this moment. A corrected file is read within a minute.",
        "ike.id、id、証明書、事前共有鍵を契約時の資料と照合してください。鍵は1文字の誤りがよくあります。同時刻の記録を事業者に確認してもらってください。直したファイルは1分以内に読み直します。",
    ),
)
PROPOSAL = Message(
    "043e8a7159c34a20aceacb6574d0568c",
    "TUNNEL_PROPOSAL",
    Level.ERROR,
    "provider {provider} at {address} has no algorithm in common with the site file's proposals ({line})",
    "接続点{provider}（{address}）と一致する暗号方式がありません（{line}）",
    todo=Todo(
        "Ask the provider for its list and write it as ike.proposals and esp.proposals; docs/tunnel.md says how. A weak one needs allow_weak with the reason.",
        "対応する暗号方式を事業者に確認し、ike.proposals と esp.proposals に書いてください。弱い方式には allow_weak に理由が必要です。",
    ),
)
NETWORKS = Message(
    "182946eda2c146e3afd647a5ad5bdeeb",
    "TUNNEL_NETWORKS",
    Level.ERROR,
    "provider {provider} at {address} agrees to other networks or addresses than the site file declares ({line})",
    "接続点{provider}（{address}）とネットワークまたはアドレスの指定が一致しません（{line}）",
    todo=Todo(
        "Compare remote_networks, local_networks, inner_addresses and virtual_address with the contract.",
        "remote_networks、local_networks、inner_addresses、virtual_address を契約内容と照合してください。",
    ),
)
UNREACHABLE = Message(
    "5812d3c278254950a99d7960fe41cf49",
    "TUNNEL_UNREACHABLE",
    Level.ERROR,
    "provider {provider} at {address} does not answer ({line})",
    "接続点{provider}（{address}）から応答がありません（{line}）",
    todo=Todo(
        "Look at the line: is the uplink's port up, does the carrier's home gateway have a connection, do UDP 500 and 4500 pass? Then ask the provider. It is called again by itself, once a minute at the rarest.",
        "回線を確認してください。ポートの接続、ホームゲートウェイの状態、UDP 500・4500が通ることを順に確認し、それでも応答がなければ事業者に問い合わせてください。遅くとも1分ごとに自動で再接続します。",
    ),
)
DEAD = Message(
    "f685333ee9cf457598c220fbe4a19570",
    "TUNNEL_DEAD",
    Level.WARNING,
    "provider {provider} at {address} has fallen silent ({line})",
    "接続点{provider}（{address}）からの応答が途絶えました（{line}）",
    todo=Todo(
        "Nothing at once: it is called again by itself. If it stays away, look at the line, then ask the provider.",
        "自動で再接続します。復旧しない場合は回線を確認し、事業者に問い合わせてください。",
    ),
)
UNTRUSTED = Message(
    "3e0ce28ffde646e58c0183e40ef0837f",
    "TUNNEL_UNTRUSTED",
    Level.ERROR,
    "whoever answers at {address} for provider {provider} shows a certificate by an authority this site does not know ({line})",
    "{address}で応答した相手（接続点{provider}）の証明書は、本施設の知らない発行元のものです（{line}）",
    todo=Todo(
        "Call the provider, by a number you had before, and ask whether its authority changed. Only then put the new authority's certificate into the file ike.ca names. Until then nothing passes, which is right.",
        "以前から知っている連絡先で事業者に電話し、認証局が変わったか確認してください。確認できた場合のみ、ike.ca の指すファイルを新しい認証局の証明書に替えてください。それまで通信は行われません。",
    ),
)
EXPIRED = Message(
    "840da2a76fb54e0c97c1a36942f08645",
    "TUNNEL_EXPIRED",
    Level.ERROR,
    "the certificate of provider {provider} at {address} is not valid today ({line})",
    "接続点{provider}（{address}）の証明書は本日有効ではありません（{line}）",
    todo=Todo(
        "Look at the clock of this box first (`timedatectl`); if it is right, tell the provider that its certificate is over.",
        "まず本装置の時刻を確認してください（`timedatectl`）。時刻が正しければ、証明書の期限切れを事業者に連絡してください。",
    ),
)
IDENTITY = Message(
    "70ffc6f6e646416ca6c96f40543dcd3a",
    "TUNNEL_IDENTITY",
    Level.ERROR,
    "who answers at {address} is not provider {provider} as the site file names it ({line})",
    "{address}で応答した相手のIDが、サイトファイルの接続点{provider}の指定と異なります（{line}）",
    todo=Todo(
        "Compare id: in tunnel.providers with the contract. If it is right, ask the provider who answers at {address}.",
        "tunnel.providers の id を契約内容と照合してください。正しければ、{address}で応答する装置を事業者に確認してください。",
    ),
)
FAILED = Message(
    "bc2025705d694ce19784749a5b38742d",
    "TUNNEL_FAILED",
    Level.ERROR,
    "provider {provider} at {address}: the tunnel did not come up ({line})",
    "接続点{provider}（{address}）とのトンネルを確立できません（{line}）",
    todo=Todo(
        "`journalctl -u strongswan` has the whole conversation of that moment. Send it to the provider.",
        "`journalctl -u strongswan` に前後の記録があります。事業者に送って確認してください。",
    ),
)
CHARON_GONE = Message(
    "c2a5bd1972ff4e7eb76eff81f0f7f3c6",
    "TUNNEL_DAEMON_GONE",
    Level.ERROR,
    "strongSwan does not answer: {reason}. the protected networks are out of reach until it does",
    "strongSwanが応答しません: {reason}。応答するまで接続先ネットワークには到達できません",
    todo=Todo(
        "`systemctl status strongswan` says why; systemd starts it again by itself. If it stays away, `systemctl restart strongswan`. Nothing leaves unencrypted meanwhile.",
        "`systemctl status strongswan` で原因を確認してください。systemdが自動で再起動します。復旧しなければ `systemctl restart strongswan` を実行してください。その間も暗号化されない通信は出ません。",
    ),
)
CHARON_BACK = Message(
    "fcfd5664fb0e468e8c78751874b501aa",
    "TUNNEL_DAEMON_BACK",
    Level.NOTICE,
    "strongSwan {version} answers; it is given the tunnel's settings",
    "strongSwan {version}が応答しました。トンネルの設定を渡します",
    todo=NOTHING_TODO,
)
UNUSABLE = Message(
    "cc4920edb2804150819a9ba499d92f9b",
    "TUNNEL_CREDENTIAL_UNUSABLE",
    Level.ERROR,
    "this provider cannot be called: {reason}",
    "この接続点には接続できません: {reason}",
    todo=Todo(
        "The line names the file and what to do with it. A corrected file is read within a minute.",
        "行に示されたファイルを直してください。直したファイルは1分以内に読み直します。",
    ),
)
CERTIFICATE = Message(
    "f3ea40a55a014b88af514220720b0645",
    "TUNNEL_CERTIFICATE",
    Level.WARNING,
    "certificate of the tunnel to provider {provider}: {what}",
    "接続点{provider}とのトンネルの証明書: {what}",
    todo=Todo(
        "Do what the line says. A renewed certificate is put in the old one's place, with its key; it is in use within a minute, without anybody's restart.",
        "行に示された対応をしてください。更新した証明書と鍵を元の場所に置けば、再起動なしで1分以内に使われます。",
    ),
)
WEAK = Message(
    "bbf612e77d6e491dbded2ad609cd8572",
    "TUNNEL_WEAK_ALLOWED",
    Level.WARNING,
    "provider {provider}: the site file allows weak algorithms: {words}",
    "接続点{provider}: 弱い暗号方式が許可されています: {words}",
    todo=Todo(
        "Ask the provider when it will take better ones, then take allow_weak and the weak proposals out of the site file.",
        "より強い方式への移行時期を事業者に確認し、移行後は allow_weak と弱い方式をサイトファイルから削除してください。",
    ),
)
VERSION_1 = Message(
    "60253c9b76c04d09aa20d7becbfc69cd",
    "TUNNEL_IKE_OBSOLETE",
    Level.WARNING,
    "provider {provider}: IKE version 1 is obsolete (RFC 9395)",
    "接続点{provider}: IKEv1は廃止されています（RFC 9395）",
    todo=Todo(
        "Ask the provider for version 2, then write version: 2. Version 1 by pre-shared key lets whoever records the line guess at the key.",
        "IKEv2への移行を事業者に依頼し、移行後は version: 2 と書いてください。IKEv1の事前共有鍵は、通信を記録した者による推測の対象になります。",
    ),
)
NOT_AS_WANTED = Message(
    "b3a8ba9229f64849a97c831cf6ae75ef",
    "TUNNEL_NOT_AS_WANTED",
    Level.ERROR,
    "the tunnel cannot be made as declared: {reason}",
    "トンネルを宣言どおりに設定できません: {reason}",
    todo=Todo(
        "Mend what the line names; it is tried again every second. If it names the kernel, look whether the modules xfrm_interface and esp4, esp6 are there: `modprobe xfrm_interface`.",
        "行に示された箇所を直してください。1秒ごとに再試行します。カーネルが示されている場合は、モジュール xfrm_interface、esp4、esp6 を確認してください（`modprobe xfrm_interface`）。",
    ),
)

BY_REASON = {
    Reason.REFUSED: REFUSED,
    Reason.PROPOSAL: PROPOSAL,
    Reason.NETWORKS: NETWORKS,
    Reason.UNREACHABLE: UNREACHABLE,
    Reason.DEAD: DEAD,
    Reason.UNTRUSTED: UNTRUSTED,
    Reason.EXPIRED: EXPIRED,
    Reason.IDENTITY: IDENTITY,
}
"""Why a call failed; FAILED for what is not among them. Each carries provider, address and line."""

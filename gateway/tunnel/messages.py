"""What the tunnel says. `line` is charon's own word for it, from its log: it names identities and addresses, never a secret."""

from gateway.journal import Level, Message
from gateway.tunnel.reason import Reason

UP = Message(
    "2e8131bd64544c9ebac07eb59fcd2522",
    "TUNNEL_UP",
    Level.NOTICE,
    "tunnel up: provider {provider} at {address}, after {took_ms} ms",
    "トンネルを確立しました。接続点{provider}（{address}）、所要{took_ms}ミリ秒",
)

DOWN = Message(
    "d93ed3c1790e42c1b040d8128c192ecd",
    "TUNNEL_DOWN",
    Level.WARNING,
    "tunnel down: provider {provider}, after {lasted}: {line}. it is called again",
    "トンネルが切断されました。接続点{provider}、接続時間{lasted}: {line}。再接続します",
)

STANDS_IN = Message(
    "f4e064e9e9f146438269d78f8be6bf02",
    "TUNNEL_STANDS_IN",
    Level.WARNING,
    "provider {provider} stands in for {better}, which is not to be had",
    "接続点{better}に接続できないため、接続点{provider}で代替しています",
)

BACK = Message(
    "18e8e42f2db845f0b85ff922425c4cc8",
    "TUNNEL_BACK",
    Level.NOTICE,
    "back to provider {provider}: it is up again, and {other} is no longer needed",
    "優先する接続点{provider}に戻りました。{other}との接続を終了します",
)

REFUSED = Message(
    "b90aad815aba486e81f75525a48f1090",
    "TUNNEL_REFUSED",
    Level.ERROR,
    "provider {provider} at {address} does not accept this site: its certificate, pre-shared key or identity is not what is expected there ({line}). compare them with the contract",
    "接続点{provider}（{address}）が本施設を認証しません。証明書・事前共有鍵・IDを契約内容と照合してください（{line}）",
)

PROPOSAL = Message(
    "043e8a7159c34a20aceacb6574d0568c",
    "TUNNEL_PROPOSAL",
    Level.ERROR,
    "provider {provider} at {address} has no algorithm in common with proposals: of the site file ({line}). ask for its list",
    "接続点{provider}（{address}）と一致する暗号方式がありません（{line}）。サイトファイルのproposalsを事業者に確認してください",
)

NETWORKS = Message(
    "182946eda2c146e3afd647a5ad5bdeeb",
    "TUNNEL_NETWORKS",
    Level.ERROR,
    "provider {provider} at {address} agrees to other networks or addresses than the site file declares ({line}). compare remote_networks, local_networks and inner_addresses with the contract",
    "接続点{provider}（{address}）とネットワークの指定が一致しません（{line}）。remote_networks、local_networks、inner_addressesを確認してください",
)

UNREACHABLE = Message(
    "5812d3c278254950a99d7960fe41cf49",
    "TUNNEL_UNREACHABLE",
    Level.ERROR,
    "provider {provider} at {address} does not answer ({line}). look at the line, and whether UDP 500 and 4500 pass",
    "接続点{provider}（{address}）から応答がありません（{line}）。回線と、UDP 500・4500が通ることを確認してください",
)

DEAD = Message(
    "f685333ee9cf457598c220fbe4a19570",
    "TUNNEL_DEAD",
    Level.WARNING,
    "provider {provider} at {address} has fallen silent ({line})",
    "接続点{provider}（{address}）からの応答が途絶えました（{line}）",
)

UNTRUSTED = Message(
    "3e0ce28ffde646e58c0183e40ef0837f",
    "TUNNEL_UNTRUSTED",
    Level.ERROR,
    "whoever answers at {address} for provider {provider} shows a certificate by an authority this site does not know ({line}). do not go on before the provider has explained it",
    "接続点{provider}（{address}）の証明書の発行元を信頼できません（{line}）。事業者に確認するまで使用しないでください",
)

EXPIRED = Message(
    "840da2a76fb54e0c97c1a36942f08645",
    "TUNNEL_EXPIRED",
    Level.ERROR,
    "the certificate of provider {provider} at {address} is not valid today ({line}). look at the clock of this box, then tell the provider",
    "接続点{provider}（{address}）の証明書が有効期間外です（{line}）。本装置の時刻を確認のうえ、事業者に連絡してください",
)

IDENTITY = Message(
    "70ffc6f6e646416ca6c96f40543dcd3a",
    "TUNNEL_IDENTITY",
    Level.ERROR,
    "who answers at {address} is not provider {provider} as the site file names it ({line}). compare id: with the contract",
    "{address}で応答した相手のIDが接続点{provider}の指定と異なります（{line}）。idを契約内容と照合してください",
)

FAILED = Message(
    "bc2025705d694ce19784749a5b38742d",
    "TUNNEL_FAILED",
    Level.ERROR,
    "provider {provider} at {address}: the tunnel did not come up ({line})",
    "接続点{provider}（{address}）とのトンネルを確立できません（{line}）",
)

CHARON_GONE = Message(
    "c2a5bd1972ff4e7eb76eff81f0f7f3c6",
    "TUNNEL_DAEMON_GONE",
    Level.ERROR,
    "strongSwan does not answer: {reason}. the protected networks are out of reach until it does",
    "strongSwanが応答しません: {reason}。応答するまで接続先ネットワークには到達できません",
)

CHARON_BACK = Message(
    "fcfd5664fb0e468e8c78751874b501aa",
    "TUNNEL_DAEMON_BACK",
    Level.NOTICE,
    "strongSwan {version} answers; it is given the tunnel's settings",
    "strongSwan {version}が応答しました。トンネルの設定を渡します",
)

UNUSABLE = Message(
    "cc4920edb2804150819a9ba499d92f9b",
    "TUNNEL_CREDENTIAL_UNUSABLE",
    Level.ERROR,
    "{reason}",
    "認証情報を使用できません: {reason}",
)

EXPIRES = Message(
    "f3ea40a55a014b88af514220720b0645",
    "TUNNEL_CERTIFICATE_EXPIRES",
    Level.WARNING,
    "provider {provider}: {what}",
    "接続点{provider}: 証明書の期限が近づいています: {what}",
)

WEAK = Message(
    "bbf612e77d6e491dbded2ad609cd8572",
    "TUNNEL_WEAK_ALLOWED",
    Level.WARNING,
    "provider {provider}: the site file allows weak algorithms: {words}. ask the provider for better ones",
    "接続点{provider}: 弱い暗号方式が許可されています: {words}。より強い方式を事業者に依頼してください",
)

VERSION_1 = Message(
    "60253c9b76c04d09aa20d7becbfc69cd",
    "TUNNEL_IKE_VERSION_1",
    Level.WARNING,
    "provider {provider}: IKE version 1 is obsolete (RFC 9395). ask the provider for version 2",
    "接続点{provider}: IKEv1は廃止されています（RFC 9395）。事業者にIKEv2への移行を依頼してください",
)

NOT_AS_WANTED = Message(
    "b3a8ba9229f64849a97c831cf6ae75ef",
    "TUNNEL_NOT_AS_WANTED",
    Level.ERROR,
    "the tunnel cannot be made as declared: {reason}",
    "トンネルを宣言どおりに設定できません: {reason}",
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

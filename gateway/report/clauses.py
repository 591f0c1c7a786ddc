"""The requirements of the notices by their number (docs/layouts.md), in the notices' own words, and whom a refusal serves."""

from collections.abc import Mapping

from gateway.policy.model import Session
from gateway.site.layout import TERMINAL_ZONES, Zone

CLAUSES: Mapping[str, str] = {
    "C1": "レセプトコンピュータ側からオンライン請求端末にアクセスする形式とする",
    "C2": "オンライン請求端末に請求ファイルを格納",
    "C3": "オンライン請求端末内にダウンロードした返戻ファイルを取得",
    "C4": "オンライン請求端末と接続するためのルーティングの設定",
    "C5": "通信を許可し、オンライン請求端末からレセプトコンピュータ等への通信を拒否するためのステートフルインスペクション",
    "C6": "外部ネットワークからのアクセスを制限するためのステートフルインスペクション",
    "C7": "「セッション方向」とは、起点からの方向。情報のやり取りは双方向",
    "C8": "NIC追加は必須ではなく、セグメントの切り分け等に対応",
    "C9": "オンライン請求端末へのセキュリティパッチや機能更新パッチの適用を適切に実施",
    "C10": "資格確認端末へのセキュリティパッチや機能更新パッチの適用を適切に実施",
    "C11": "同時利用はわずかに遅延するため非推奨。同時に利用しない前提",
    "C12": "相互の悪影響を遮断",
    "C13": "共有フォルダ経由でレセプトコンピュータと返戻データを連携",
    "C14": "業務時間後に接続切替等を行い、一時的に接続",
    "C15": "送信機器は、オンライン請求業務のみに使用し、ソフトウェアはインストールしない",
    "C16": "ファイル名又は記録媒体等に情報の分類が分かるように表示",
    "C17": "IP-VPN接続、又はIPsecとIKEを組み合わせたインターネット接続。相手認証、データの暗号化",
    "C18": "返戻ファイルのダウンロード期間は3か月",
    "C19": "5～7日は8時～21時、8～10日は8時～24時。12日まで修正",
    "C20": "通信経路の管理責任。責任範囲で障害が起こった際の対処及び情報の管理",
    "C21": "必要なセキュリティパッチ、サイト等を指定し、外部のインターネットからは分離",
    "C22": "再請求ファイルは当月請求のレセプトと併せて送信",
    "C23": "未ダウンロードの返戻レセプトがあることの通知",
    "C24": "コンピュータウイルスのチェック",
    "C25": "システムの画面に「受領書」が表示されたことで、医療機関・薬局が送付責任を果たした",
    "C26": "オンライン請求システム管理者、情報管理責任者、運用責任者を置く",
    "C27": "設置場所は、関係者以外の者が機器に接しないようにする",
    "C28": "電子証明書（1端末1枚）",
    "C29": "USB等を用いて手動で行う対応も可能",
    "C30": "返戻内訳書の送付。紙のみで送付される返戻レセプト",
}


def refused_by(session: Session) -> tuple[str, ...]:
    """The clauses a session that no flow allows would break, the closest first. Pure."""
    match session.origin, session.target:
        case Zone.WAN | Zone.TUNNEL, _:
            return ("C6",)
        case origin, Zone.LAN if origin in TERMINAL_ZONES:
            return ("C5", "C1")
        case origin, target if origin in TERMINAL_ZONES and target in TERMINAL_ZONES:
            return ("C12",)
        case origin, Zone.WAN | Zone.TUNNEL if origin in TERMINAL_ZONES:
            return ("C21", "C15")
        case Zone.LAN, Zone.WAN | Zone.TUNNEL:
            return ("C12", "C21")
        case _, target if target in TERMINAL_ZONES:
            return ("C5", "C12")
    return ("C5",)

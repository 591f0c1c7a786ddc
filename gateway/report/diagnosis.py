"""Where a fault lies: inside the institution, at the terminal, on the line, or beyond it; decided from what was tried. Pure.

The order is from the box outwards. The first thing that is wrong is the verdict, since whatever lies behind it cannot be told;
what else was found wrong stands below it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from gateway.report.wording import Lang
from gateway.site.model import Contact, Responsible


class Side(StrEnum):
    """Whose part of the way it is."""

    HOUSE = "house"
    TERMINAL = "terminal"
    LINE = "line"
    PAYER = "payer"

    def text(self, lang: Lang) -> str:
        """As people call it."""
        return _SIDES[lang][self]


_SIDES: dict[Lang, dict[Side, str]] = {
    "en": {
        Side.HOUSE: "inside the institution",
        Side.TERMINAL: "the terminal",
        Side.LINE: "the line",
        Side.PAYER: "the claim system",
    },
    "ja": {Side.HOUSE: "院内", Side.TERMINAL: "端末", Side.LINE: "回線", Side.PAYER: "審査側"},
}


class Probe(StrEnum):
    """What is tried, from the box outwards; the order decides."""

    RULES = "rules"
    """The site's rules are in force, and nothing shuts the box."""
    CABLES = "cables"
    """Nothing is heard at a port where it does not belong."""
    LAN_LINK = "lan-link"
    TERMINAL_LINK = "terminal-link"
    TERMINAL = "terminal"
    """The terminal answers on its segment (ARP, neighbour discovery)."""
    SHARE = "share"
    """Its shared folder takes connections."""
    LOGON = "logon"
    """The relay's account may use it."""
    LINE_LINK = "line-link"
    NEXT_HOP = "next-hop"
    """The provider's router answers."""
    TUNNEL = "tunnel"
    NAMES = "names"
    """Name servers behind the line answer the terminal."""
    SYSTEM = "system"
    """The claim system answers the terminal."""
    RECEIPT_PCS = "receipt-pcs"
    """Any receipt PC answers. Last: at night none does, and claims travel all the same."""


class Outcome(StrEnum):
    """`UNKNOWN`: it would matter, and could not be seen. What does not concern this site was not tried at all."""

    GOOD = "good"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tried:
    """One probe and what came of it. `detail` is a code, an address or a line of ours; never a file's name."""

    probe: Probe
    outcome: Outcome
    detail: str = ""

    def text(self, lang: Lang) -> str:
        """What was tried, in words."""
        return _PROBES[lang][self.probe]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong: whose side it is, which probe showed it, whom to call."""

    side: Side
    probe: Probe
    desk: Contact
    detail: str = ""

    def text(self, lang: Lang) -> str:
        """What is wrong and what to do first."""
        return _TODO[lang][self.probe]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`faults` are in the order of the way out: the first is the verdict. `unsure`: something that matters was not seen."""

    tried: tuple[Tried, ...]
    faults: tuple[Fault, ...]
    unsure: bool

    @property
    def verdict(self) -> Fault | None:
        """The fault to mend first."""
        return self.faults[0] if self.faults else None


_HOUSE = (Probe.RULES, Probe.CABLES, Probe.LAN_LINK, Probe.RECEIPT_PCS)
_TERMINAL = (Probe.TERMINAL_LINK, Probe.TERMINAL, Probe.SHARE, Probe.LOGON)
_VENDORS = (Probe.RULES, Probe.CABLES, Probe.SHARE, Probe.LOGON)
"""Faults that the institution's own people cannot mend."""


def diagnose(tried: tuple[Tried, ...], responsible: Responsible) -> Diagnosis:
    """What the probes say together. Each probe appears once at most."""
    found = {one.probe: one for one in tried}
    if _is_lost_beyond(found):
        found[Probe.SYSTEM] = replace(found[Probe.SYSTEM], outcome=Outcome.UNKNOWN)
    wrong = [found[probe] for probe in Probe if probe in found and found[probe].outcome is Outcome.WRONG]
    return Diagnosis(
        tuple(found[probe] for probe in Probe if probe in found),
        tuple(_faults(wrong, found, responsible)),
        unsure=any(one.outcome is Outcome.UNKNOWN for one in found.values()),
    )


def _is_lost_beyond(found: dict[Probe, Tried]) -> bool:
    """Whether nothing comes back, and no other answer tells the far end of the line from the system behind it."""
    system, names = found.get(Probe.SYSTEM), found.get(Probe.NAMES)
    silent = system is not None and system.outcome is Outcome.WRONG
    return silent and (names is None or names.outcome is Outcome.UNKNOWN)


def _faults(wrong: list[Tried], found: dict[Probe, Tried], responsible: Responsible) -> Iterator[Fault]:
    for one in wrong:
        match one.probe:
            case Probe.NAMES if Probe.SYSTEM in found and found[Probe.SYSTEM].outcome is not Outcome.GOOD:
                side = Side.LINE
            case Probe.NAMES:
                side = Side.PAYER  # its servers are reached, so the line carries
            case Probe.SYSTEM if Probe.NAMES in found and found[Probe.NAMES].outcome is Outcome.WRONG:
                continue  # nothing at all comes back: that is the line, and said already
            case Probe.SYSTEM:
                side = Side.PAYER
            case probe:
                side = Side.HOUSE if probe in _HOUSE else Side.TERMINAL if probe in _TERMINAL else Side.LINE
        yield Fault(side, one.probe, _desk(side, one.probe, responsible), one.detail)


def _desk(side: Side, probe: Probe, responsible: Responsible) -> Contact:
    match side:
        case Side.LINE:
            return responsible.line or responsible.vendor
        case Side.PAYER:
            return responsible.payer or responsible.vendor
        case _:
            return responsible.vendor if probe in _VENDORS else responsible.system_manager


_PROBES: dict[Lang, dict[Probe, str]] = {
    "en": {
        Probe.RULES: "the site's rules are in force",
        Probe.CABLES: "every cable is where it belongs",
        Probe.LAN_LINK: "the LAN's port has a link",
        Probe.TERMINAL_LINK: "the terminal's port has a link",
        Probe.TERMINAL: "the terminal answers",
        Probe.SHARE: "its shared folder takes connections",
        Probe.LOGON: "the relay's account may use it",
        Probe.LINE_LINK: "the line's port has a link",
        Probe.NEXT_HOP: "the line's router answers",
        Probe.TUNNEL: "the tunnel is up",
        Probe.NAMES: "name servers behind the line answer the terminal",
        Probe.SYSTEM: "the claim system answers the terminal",
        Probe.RECEIPT_PCS: "a receipt PC answers",
    },
    "ja": {
        Probe.RULES: "設定の規則が有効",
        Probe.CABLES: "ケーブルの差し込み先",
        Probe.LAN_LINK: "院内LANのポートのリンク",
        Probe.TERMINAL_LINK: "端末のポートのリンク",
        Probe.TERMINAL: "端末の応答",
        Probe.SHARE: "端末の共有フォルダーの応答",
        Probe.LOGON: "中継アカウントでの利用",
        Probe.LINE_LINK: "回線のポートのリンク",
        Probe.NEXT_HOP: "回線のルーターの応答",
        Probe.TUNNEL: "トンネルの接続",
        Probe.NAMES: "端末への名前サーバーの応答",
        Probe.SYSTEM: "端末への請求システムの応答",
        Probe.RECEIPT_PCS: "レセコンの応答",
    },
}
_TODO: dict[Lang, dict[Probe, str]] = {
    "en": {
        Probe.RULES: "the box is shut, or its site is not in force. see: claim-gateway status",
        Probe.CABLES: "a cable is in the wrong hole, or two segments are joined. see: claim-gateway ports",
        Probe.LAN_LINK: "no link towards the LAN. look at the cable and at the LAN's switch",
        Probe.TERMINAL_LINK: "no link towards the terminal. is it switched on, and its cable in?",
        Probe.TERMINAL: "the terminal does not answer. is it switched on and awake?",
        Probe.SHARE: "the terminal is there, its shared folder is not. see: claim-gateway terminal-sheet",
        Probe.LOGON: "the terminal refuses the relay's account or folder. was its password changed?",
        Probe.LINE_LINK: "no link towards the line. look at the cable and at the carrier's device",
        Probe.NEXT_HOP: "the carrier's router does not answer. look at the lamps of the carrier's device",
        Probe.TUNNEL: "the tunnel is down. see: claim-gateway status",
        Probe.NAMES: "the terminal's questions for names stay without an answer",
        Probe.SYSTEM: "the line carries, but the claim system does not answer the terminal. is it maintenance time?",
        Probe.RECEIPT_PCS: "no receipt PC answers. are they switched on, and the LAN's switch as well?",
    },
    "ja": {
        Probe.RULES: "装置が閉じているか、設定が有効ではありません。claim-gateway status を確認してください",
        Probe.CABLES: "ケーブルの差し違いか、別々のはずの区間がつながっています。claim-gateway ports を確認してください",
        Probe.LAN_LINK: "院内LANのリンクがありません。ケーブルとスイッチを確認してください",
        Probe.TERMINAL_LINK: "端末のリンクがありません。端末の電源とケーブルを確認してください",
        Probe.TERMINAL: "端末が応答しません。電源が入っているか、スリープしていないか確認してください",
        Probe.SHARE: "端末は動いていますが、共有フォルダーが応答しません。claim-gateway terminal-sheet の手順を確認してください",
        Probe.LOGON: "端末が中継のアカウントまたはフォルダーを拒否しています。パスワードを変えていないか確認してください",
        Probe.LINE_LINK: "回線のリンクがありません。ケーブルと回線終端装置を確認してください",
        Probe.NEXT_HOP: "回線のルーターが応答しません。回線終端装置のランプを確認してください",
        Probe.TUNNEL: "トンネルが切れています。claim-gateway status を確認してください",
        Probe.NAMES: "端末からの名前の問い合わせに応答がありません",
        Probe.SYSTEM: "回線は通じていますが、請求システムが端末に応答しません。運用時間外や障害の案内がないか確認してください",
        Probe.RECEIPT_PCS: "レセコンが応答しません。電源と院内のスイッチを確認してください",
    },
}

"""The sheet for the person who sits at the claim terminal: every Windows step this site needs, with its own addresses.

All of it is Windows' own, nothing is installed (C15). No secret stands on the sheet.
"""

from gateway.report.terminal_facts import Face, TerminalFacts
from gateway.report.terminal_sftp import sftp_steps
from gateway.report.terminal_smb import smb_steps
from gateway.report.terminal_step import Say, Step, host, saying
from gateway.report.wording import Lang
from gateway.site.model import SftpFolder, SmbShare


def title(facts: TerminalFacts, lang: Lang) -> str:
    """What the sheet is, and whose."""
    name, site = facts.terminal.name, facts.site.site.name
    return saying(lang)(f"{site}: settings of {name}", f"{site} {name}の設定手順")


def preface(facts: TerminalFacts, lang: Lang) -> tuple[str, ...]:
    """What to know before the first step."""
    say = saying(lang)
    vendor = facts.site.responsible.vendor
    return (
        say(
            "At the terminal, in PowerShell opened as administrator, from top to bottom.",
            "端末で PowerShell を「管理者として実行」で開き、上から順に実行してください。",
        ),
        say(
            "The gateway opens every session; the terminal never connects to it (C1). No software is installed (C15).",
            "接続は必ずゲートウェイ側から始まり、端末からは接続しません（C1）。ソフトウェアは入れません（C15）。",
        ),
        say(f"Questions: {vendor.name}, {vendor.phone}", f"問い合わせ: {vendor.name} {vendor.phone}"),
    )


def steps(facts: TerminalFacts, lang: Lang) -> tuple[Step, ...]:
    """Every step, in order."""
    say = saying(lang)
    match facts.share.way:
        case SmbShare() as smb:
            opened = tuple(smb_steps(facts, smb, say))
        case SftpFolder() as sftp:
            opened = tuple(sftp_steps(facts, sftp, say))
    return (_addresses(facts, say), *opened, _power(facts, say), _to_tick(facts, say))


def _addresses(facts: TerminalFacts, say: Say) -> Step:
    text = [
        say(
            "The network card that leads to the gateway; name it as the first line lists it.",
            "ゲートウェイにつながるネットワークカードを、1 行目の一覧にある名前で指定します。",
        )
    ]
    if facts.by_dhcp:
        text.append(
            say(
                "The gateway also assigns addresses in this segment; this terminal's stands fixed all the same, because rules name it.",
                "このセグメントではゲートウェイがアドレスを配りますが、規則がこの端末を名指しするため固定にします。",
            )
        )
    if facts.terminal.dual_homed:
        text.append(
            say(
                "The card towards the line keeps its settings and the default gateway; this one gets none.",
                "回線側のカードの設定とデフォルトゲートウェイはそのままにし、こちらには設定しません。",
            )
        )
    elif any(face.gateway is None for face in facts.faces):
        text.append(
            say(
                "The default gateway stays the router that faces the line.",
                "デフォルトゲートウェイは、これまでどおり回線側のルーターです。",
            )
        )
    if not any(face.lan for face in facts.faces):
        text.append(
            say(
                "No route to the receipt PCs is needed: they are seen from the gateway's own address.",
                "レセコンへの経路は不要です。端末からはゲートウェイのアドレスに見えます。",
            )
        )
    text.append(
        say(
            "Name servers and time servers: as the line's contract says.",
            "DNS と時刻サーバーは、回線の契約書類のとおりです。",
        )
    )
    commands = [
        "Get-NetAdapter -Physical",
        f"$card = Read-Host -Prompt '{say('Name of the card', 'カードの名前')}'",
        "Set-NetIPInterface -InterfaceAlias $card -Dhcp Disabled",
    ]
    for face in facts.faces:
        commands += _face(face, keeps_router=not facts.terminal.dual_homed, say=say)
    return Step(say("Addresses and routes", "アドレスと経路"), tuple(text), tuple(commands), clauses=("C4", "C8"))


def _face(face: Face, *, keeps_router: bool, say: Say) -> list[str]:
    way = ""
    if face.gateway is not None:
        way = f" -DefaultGateway {face.gateway}"
    elif keeps_router:
        way = f" -DefaultGateway (Read-Host -Prompt '{say('Router towards the line', '回線側ルーターのアドレス')} IPv{face.address.version}')"
    address = (
        f"New-NetIPAddress -InterfaceAlias $card -IPAddress {face.address} -PrefixLength {face.prefix_length}{way}"
    )
    routes = () if face.gateway is not None else face.lan
    return [
        address,
        *(f"New-NetRoute -InterfaceAlias $card -DestinationPrefix {prefix} -NextHop {face.box}" for prefix in routes),
    ]


def _power(facts: TerminalFacts, say: Say) -> Step:
    if facts.terminal.asleep_is_normal:
        text = say(
            "It may be switched off at night: files wait on the gateway. While it is on it must not fall asleep by itself.",
            "夜間は電源を切ってかまいません。その間、ファイルはゲートウェイで待ちます。使用中に自動でスリープしないようにします。",
        )
    else:
        text = say(
            "It must always answer: the gateway reports its silence. To allow it to be off, write asleep_is_normal: true.",
            "常に応答できるようにします。応答しないとゲートウェイが知らせます。電源を切ってよい端末には asleep_is_normal: true と書きます。",
        )
    return Step(
        say("Power", "電源"),
        (text,),
        (
            "powercfg /change standby-timeout-ac 0",
            "powercfg /change hibernate-timeout-ac 0",
            "powercfg /hibernate off",
        ),
    )


def _to_tick(facts: TerminalFacts, say: Say) -> Step:
    windows = isinstance(facts.share.way, SmbShare)
    openers = ", ".join(dict.fromkeys(map(host, (*facts.openers, *(facts.lan_openers if windows else ())))))
    checks = [
        say(
            f"Get-NetFirewallRule -DisplayName claim-gateway | Get-NetFirewallAddressFilter shows {openers} and nothing else",
            f"Get-NetFirewallRule -DisplayName claim-gateway | Get-NetFirewallAddressFilter に {openers} だけが出る",
        ),
        say(
            "The gateway's journal says: the terminal's share answers",
            "ゲートウェイの記録に「端末の共有フォルダーに接続できました」と出る",
        ),
        _fetched(facts, say),
        say(
            "Antivirus and Windows updates of the terminal itself are on (C9, C24)",
            "端末自身のウイルス対策と Windows Update が有効である（C9、C24）",
        ),
        say(
            "Only the people concerned can reach the terminal and the gateway (C27)",
            "関係者以外が端末とゲートウェイに触れられない（C27）",
        ),
    ]
    if windows:
        checks.insert(
            1,
            say(
                "While the gateway is connected, Get-SmbSession shows Dialect 3.1.1 for its account",
                "ゲートウェイの接続中に Get-SmbSession で Dialect が 3.1.1 と出る",
            ),
        )
    return Step(say("To tick", "確認"), checks=tuple(checks))


def _fetched(facts: TerminalFacts, say: Say) -> str:
    returns, relay = facts.share.returns, facts.site.relay
    match relay.returns.after if relay else "move":
        case "move":
            en, ja = "moves to 取込済 here", "「取込済」に移る"
        case "remove":
            en, ja = "is gone here", "なくなる"
        case _:
            en, ja = "stays here", "残る"
    return say(
        f"A file laid into {returns} arrives in the gateway's 返戻 and {en}",
        f"{returns} に置いたファイルがゲートウェイの「返戻」に届き、端末では{ja}",
    )
